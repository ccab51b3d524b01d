#!/usr/bin/env bash
# Builds the published program and prints its start-up, memory, size and token figures, what a large job output, 200 waits at a
# time, calls and requests over HTTP cost it, beside what they are compared with; draws docs/growth.svg and docs/connections.svg.
# BENCH_PROFILE names another profile, for which nothing is learned. In capital letters are left out: learning, where there is no
# tool for it; the npm server, where it cannot be installed; instructions, where there is no valgrind.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
profile=${BENCH_PROFILE:-dist}
host=$(rustc -vV | sed -n 's/^host: //p')
flags=${RUSTFLAGS:-}
if [ "$profile" = dist ]; then
  flags=$(scripts/learn.sh) || [ $? -eq 77 ]
fi
# What it is compared with is built as it is; what measures only for speed.
for what in '--package runpod-mcp' '--package bench-peers --bin bare --bin copy'; do
  # shellcheck disable=SC2086 # the packages are words of their own
  RUSTFLAGS=$flags cargo build --quiet --profile "$profile" --target "$host" $what
done
built=$target/$host/$profile
cargo build --quiet --release --package figures --package bench-peers
npm=() npm_http=()
if scripts/install-peers.sh; then
  node=$target/peers/node there=$target/peers/node_modules/runpod-mcp-server-4/dist
  npm=("$node" "$there/stdio.mjs") npm_http=("$node" benches/peers/src/npm-http.mjs "$there/http.mjs")
fi
# As a person starts it: no settings, and no roots of its own to read, for node neither.
unset "${!RUNPOD_@}" SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS
"$target/release/figures" "$built/runpod-mcp" "$target/release/canned" "${npm[@]}"
echo
"$target/release/output" "$built/runpod-mcp"
echo
"$target/release/waits" "$built/runpod-mcp"
echo
"$target/release/bench-peers" "$built/runpod-mcp" "$built/copy" docs/growth.svg "${npm[@]}"
echo
"$target/release/bench-hosted" "$built/runpod-mcp" "$built/bare" docs/connections.svg "${npm_http[@]}"
