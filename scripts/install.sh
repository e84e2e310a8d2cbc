#!/bin/sh
# Install a requirements file into .venv, made if need be: by uv, which takes seconds, or by pip where uv can't reach
# the registry (it does not read pip's configuration).
set -eu
cd "$(dirname "$0")/.."
requirements=$1
uv_version=0.13.9

if [ ! -x .venv/bin/python ]; then
    for python in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            found=$python
            break
        fi
    done
    if [ -z "${found:-}" ]; then
        echo "tradelab needs Python 3.11 or newer; found: $(python3 --version 2>&1)" >&2
        exit 1
    fi
    echo "making .venv with $("$found" --version)"
    "$found" -m venv .venv
fi

echo "installing $requirements"
if [ ! -x .venv/bin/uv ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version" || true
fi
export UV_HTTP_TIMEOUT=20 UV_HTTP_RETRIES=1
if [ -x .venv/bin/uv ] && .venv/bin/uv pip install --quiet --python .venv/bin/python -r "$requirements"; then
    exit 0
fi
echo "uv could not install them; trying pip, which takes about a minute"
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$requirements"
