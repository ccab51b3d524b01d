#!/usr/bin/env bash
# Runs our server and our twin against programs we did not write; one line for each thing looked at. Nothing leaves the machine.
#
#   scripts/peers.sh [PEER]...      all of them without arguments; scripts/peers/run.py names them
#
# Needs scripts/install-peers.sh once. RUNPOD_MCP_BINARY names a built binary; otherwise one is built.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
[ -e "$target/peers/installed" ] || { echo "run scripts/install-peers.sh first" >&2; exit 2; }
if [ -z "${RUNPOD_MCP_BINARY:-}" ]; then
  cargo build --quiet --package runpod-mcp
  RUNPOD_MCP_BINARY=$target/debug/runpod-mcp
fi
export PYTHONDONTWRITEBYTECODE=1
exec "$target/peers/python/bin/python" scripts/peers/run.py --binary "$RUNPOD_MCP_BINARY" --peers "$target/peers" "$@"
