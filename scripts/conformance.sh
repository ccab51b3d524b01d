#!/usr/bin/env bash
# Runs the official conformance suite against `serve --http`: once against the product, once against a build that has the
# suite's fixtures behind the same front (feature `conformance`). Nothing leaves the machine.
#
#   scripts/conformance.sh [fixtures] [product] [sign-in]      all of them without arguments
#
# Needs scripts/install-peers.sh once. What may fail is written in conformance/*.yml; a scenario that is listed there and
# passes fails the run too. What the suite saw is in target/conformance.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
peers=$target/peers out=$target/conformance
[ -e "$peers/installed" ] || { echo "run scripts/install-peers.sh first" >&2; exit 2; }
mkdir -p "$out"

suite() { "$peers/node" "$peers/node_modules/@modelcontextprotocol/conformance/dist/index.js" "$@"; }

# build NAME FLAGS...: a link, since cargo puts its own somewhere else when it builds with other features.
build() {
  cargo build --quiet --package runpod-mcp "${@:2}"
  ln -f "$target/debug/runpod-mcp" "$out/$1"
}

# start BINARY FLAGS...: serves on a free port; sets `url`.
start() {
  stop
  local log=$out/server.log
  : >"$log"
  "$@" serve --http 127.0.0.1:0 --sandbox >"$log" 2>&1 &
  server=$!
  for _ in $(seq 300); do
    url=$(sed -n 's/.*MCP is served at \(http:[^ ]*\).*/\1/p' "$log")
    [ -z "$url" ] || return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  echo "the server did not start:" >&2
  cat "$log" >&2
  return 1
}

server=
stop() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  server=
}
trap stop EXIT

# check WHAT ARGUMENTS...: one line for each run, and all that the suite said when it fails.
failed=0
check() {
  local what=$1 said=$out/${1// /-}.log
  if suite "${@:2}" --output-dir "$out/results/${what// /-}" >"$said" 2>&1; then
    echo "pass  $what: $(sed 's/\x1b\[[0-9;]*m//g' "$said" | grep -E '^Baseline check|^Passed:' | tail -n 1)"
  else
    echo "FAIL  $what; the end of $said:"
    tail -n 60 "$said" | sed 's/^/      /'
    failed=1
  fi
}

revisions() {
  local revision
  for revision in 2026-07-28 2025-11-25; do
    check "$1 $revision" server --url "$url" --requirements "$revision" --expected-failures "conformance/$1-$revision.yml"
  done
}

run_fixtures() {
  build fixtures --features conformance
  start "$out/fixtures"
  revisions fixtures
  # Run and reported by the suite, but not counted by it.
  local scenario
  for scenario in json-schema-2020-12 http-header-validation http-custom-header-server-validation; do
    check "fixtures $scenario" server --url "$url" --scenario "$scenario" --spec-version 2026-07-28
  done
}

run_product() {
  build product
  start "$out/product"
  revisions product
  local revision
  for revision in 2026-07-28 2025-11-25; do
    check "product dns-rebinding $revision" server --url "$url" --scenario dns-rebinding-protection --spec-version "$revision"
  done
  check "product http-header-validation" server --url "$url" --scenario http-header-validation --spec-version 2026-07-28
}

run_sign-in() {
  build product
  MCP_REQUIRE_AUTH=true start "$out/product"
  check "sign-in metadata" authorization --url "${url%/mcp}" --scenario authorization-server-metadata-endpoint
}

rm -rf "$out/results"
for part in ${*:-fixtures product sign-in}; do
  declare -F "run_$part" >/dev/null || { echo "unknown part $part; there are: fixtures product sign-in" >&2; exit 2; }
  "run_$part"
done
exit "$failed"
