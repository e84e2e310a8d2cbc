#!/bin/sh
# Compile styles/app.css to static/css/app.css, or to the file given. Versions are pinned in package-lock.json.
set -eu
cd "$(dirname "$0")/.."
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    # Not `npm ci`: it refuses a lock file without the binaries of other platforms.
    npm install --no-save --ignore-scripts --silent
    touch node_modules/.package-lock.json
fi
log=$(node_modules/.bin/tailwindcss --input styles/app.css --output "${1:-static/css/app.css}" --minify 2>&1) || {
    echo "$log" >&2
    exit 1
}
