#!/usr/bin/env bash
# The same session in this engine and in two others, turn by turn, in a throwaway environment. Prints ratios.
set -euo pipefail
cd "$(dirname "$0")/.."
PEERS="backtesting==0.6.6 backtrader==1.9.78.123 pandas numpy"
ROUNDS="${ROUNDS:-3}"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "making a throwaway environment with $PEERS"
python3 -m venv "$folder/venv"
# shellcheck disable=SC2086  # a list
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check $PEERS
"$folder/venv/bin/python" scripts/bench_peers.py make "$folder/bars.npz"
.venv/bin/python manage.py migrate --verbosity 0

ours() { .venv/bin/python manage.py bench session --bars "$folder/bars.npz" --param fast=10 --param slow=30 "$@"; }
peer() { "$folder/venv/bin/python" scripts/bench_peers.py "$1" "$folder/bars.npz"; }
for round in $(seq "$ROUNDS"); do
  echo "round $round of $ROUNDS"
  ours > "$folder/tradelab.$round"
  ours --store > "$folder/stored.$round"
  peer backtesting > "$folder/backtesting.$round"
  peer backtrader > "$folder/backtrader.$round"
done

.venv/bin/python - "$folder" "$ROUNDS" <<'PYTHON'
import json, sys
from pathlib import Path

folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
names = {"tradelab": "tradelab", "stored": "tradelab, all stored", "backtesting": "backtesting.py", "backtrader": "backtrader"}
results = {key: [json.loads((folder / f"{key}.{n}").read_text()) for n in range(1, rounds + 1)] for key in names}
best = {key: min(row["seconds"] for row in rows) for key, rows in results.items()}
print(f"\n98,280 one-minute bars, SMA 10/30, 100 shares, $1 an order; best of {rounds}")
for key, name in names.items():
    equity = float(results[key][0]["final_equity"])
    print(f"{name:22} {98280 / best[key]:>10,.0f} bars/s   final equity {equity:,.2f}")
for key, peer in (("tradelab", "backtesting"), ("tradelab", "backtrader"), ("stored", "backtesting")):
    print(f"{names[key]} is {best[peer] / best[key]:.2f} x {names[peer]}")
PYTHON
