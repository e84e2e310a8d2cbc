#!/bin/sh
# Fail when static/css/app.css is not what its sources compile to.
set -eu
cd "$(dirname "$0")/.."
if ! command -v node >/dev/null 2>&1; then
    echo "css check skipped: node is not installed, so static/css/app.css was not compared with its sources"
    exit 0
fi
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
scripts/css_build.sh "$fresh"
if ! cmp -s "$fresh" static/css/app.css; then
    echo "static/css/app.css is stale: run make css and commit the result"
    exit 1
fi
echo "static/css/app.css is what its sources compile to"
