#!/usr/bin/env bash
# The same session in this engine and in two others, turn by turn, in a throwaway environment. Prints ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
PEERS="backtesting==0.6.6 backtrader==1.9.78.123 pandas numpy"
ROUNDS="${ROUNDS:-5}"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "making a throwaway environment with $PEERS"
.venv/bin/python -m venv "$folder/venv"
# shellcheck disable=SC2086  # a list
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check $PEERS
peers() { "$folder/venv/bin/python" scripts/bench_peers.py "$@"; }
ours() { .venv/bin/python manage.py bench session --param fast=10 --param slow=30 --quantity 100 --fee-per-order 1 "$@"; }
peers make "$folder/bars.npz"
peers make "$folder/long.npz" 982800
peers make "$folder/million.npz" 1000000
.venv/bin/python manage.py migrate --verbosity 0

for round in $(seq "$ROUNDS"); do
  echo "round $round of $ROUNDS"
  ours --bars "$folder/bars.npz" > "$folder/tradelab.$round.json"
  peers backtesting "$folder/bars.npz" > "$folder/backtesting.$round.json"
  ours --bars "$folder/bars.npz" --store > "$folder/stored.$round.json"
  peers backtrader "$folder/bars.npz" > "$folder/backtrader.$round.json"
  ours --bars "$folder/bars.npz" --symbols 10 > "$folder/symbols.$round.json"
  ours --bars "$folder/long.npz" > "$folder/long.$round.json"
done
ours --bars "$folder/million.npz" > "$folder/million.1.json"
peers report "$folder"
