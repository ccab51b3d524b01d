#!/usr/bin/env bash
# Builds the published profile and prints its start-up, memory, size and token figures, and what a large job output costs it,
# beside what they are compared with; then what 200 waits at a time cost it and another call.
# The npm server is left out, in capital letters, where it cannot be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
cargo build --quiet --profile dist --package runpod-mcp --package figures
npm=()
if scripts/install-peers.sh; then
  npm=("$target/peers/node" "$target/peers/node_modules/runpod-mcp-server-4/dist/stdio.mjs")
fi
unset "${!RUNPOD_@}"
"$target/dist/figures" "$target/dist/runpod-mcp" "$target/dist/canned" "${npm[@]}"
echo
"$target/dist/output" "$target/dist/runpod-mcp"
echo
"$target/dist/waits" "$target/dist/runpod-mcp"
