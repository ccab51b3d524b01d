#!/usr/bin/env bash
# Three replicas behind nginx, one Valkey or Redis server between them: does the hosted server keep its promises there?
#
#   scripts/replicas.sh [PATH/TO/runpod-mcp]
#
# Everything runs on this machine, against one twin. Exit code 77 where nginx or a server cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${1:-${CARGO_TARGET_DIR:-target}/debug/runpod-mcp}
[ -x "$binary" ] || cargo build --quiet -p runpod-mcp

have() { command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }
missing() { ! have nginx || { ! have valkey-server && ! have redis-server; }; }
if missing && have apt-get && [ "$(id -u)" = 0 ]; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    redis-server nginx-light; } >/dev/null 2>&1 || true
fi
if missing; then
  echo "nginx and redis-server (or valkey-server) are needed and cannot be installed here"
  exit 77
fi
exec python3 scripts/replicas/run.py "$(realpath "$binary")"
