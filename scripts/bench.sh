#!/usr/bin/env bash
# Builds the published profile and prints its start-up, memory, size and token figures, what a large job output, 200 waits at a
# time, calls and requests over HTTP cost it, beside what they are compared with; draws docs/growth.svg and docs/connections.svg.
# BENCH_PROFILE names another profile. The npm server is left out, in capital letters, where it cannot be installed, and so are
# instructions where there is no valgrind.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
profile=${BENCH_PROFILE:-dist}
cargo build --quiet --profile "$profile" --package runpod-mcp
# What it is compared with is built as it is; what measures only for speed.
cargo build --quiet --profile "$profile" --package bench-peers --bin bare --bin copy
cargo build --quiet --release --package figures --package bench-peers
npm=() npm_http=()
if scripts/install-peers.sh; then
  node=$target/peers/node there=$target/peers/node_modules/runpod-mcp-server-4/dist
  npm=("$node" "$there/stdio.mjs") npm_http=("$node" benches/peers/src/npm-http.mjs "$there/http.mjs")
fi
# As a person starts it: no settings, and no roots of its own to read, for node neither.
unset "${!RUNPOD_@}" SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS
"$target/release/figures" "$target/$profile/runpod-mcp" "$target/release/canned" "${npm[@]}"
echo
"$target/release/output" "$target/$profile/runpod-mcp"
echo
"$target/release/waits" "$target/$profile/runpod-mcp"
echo
"$target/release/bench-peers" "$target/$profile/runpod-mcp" "$target/$profile/copy" docs/growth.svg "${npm[@]}"
echo
"$target/release/bench-hosted" "$target/$profile/runpod-mcp" "$target/$profile/bare" docs/connections.svg "${npm_http[@]}"
