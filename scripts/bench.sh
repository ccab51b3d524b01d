#!/usr/bin/env bash
# Builds the published profile and prints its start-up, memory, size and token figures, what a large job output, 200 waits at a
# time and calls cost it, beside what they are compared with; draws docs/growth.svg. BENCH_PROFILE names another profile.
# The npm server is left out, in capital letters, where it cannot be installed.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
profile=${BENCH_PROFILE:-dist}
cargo build --quiet --profile "$profile" --package runpod-mcp
# What measures needs no fat LTO, only to be built for speed.
cargo build --quiet --release --package figures --package bench-peers
npm=()
if scripts/install-peers.sh; then
  npm=("$target/peers/node" "$target/peers/node_modules/runpod-mcp-server-4/dist/stdio.mjs")
fi
unset "${!RUNPOD_@}"
"$target/release/figures" "$target/$profile/runpod-mcp" "$target/release/canned" "${npm[@]}"
echo
"$target/release/output" "$target/$profile/runpod-mcp"
echo
"$target/release/waits" "$target/$profile/runpod-mcp"
echo
"$target/release/bench-peers" "$target/$profile/runpod-mcp" "$target/release/copy" docs/growth.svg "${npm[@]}"
