#!/usr/bin/env bash
# Changes the code on purpose, one place at a time, and says which changes no test notices: scripts/mutants.sh [FILE...]
#
# Without a file, those where a mistake costs most: what is sent, sent again, let through, and where a browser is sent. Ends after MUTANTS_MINUTES (60), with what is known by then in target/mutants.out.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly CARGO_MUTANTS=27.1.0
target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
tools=$target/ci/tools

[ -x "$tools/bin/cargo-mutants" ] && [ "$("$tools/bin/cargo-mutants" --version)" = "cargo-mutants $CARGO_MUTANTS" ] ||
  cargo install "cargo-mutants@$CARGO_MUTANTS" --locked --profile dev --root "$tools" --target-dir "$tools/target" || {
  echo "NOT TRIED: cargo-mutants $CARGO_MUTANTS could not be installed"
  exit 77
}
[ $# -gt 0 ] || set -- crates/runpod-api/src/{retry,rate,rate/window}.rs 'crates/runpod-api/src/*/v[12].rs' \
  crates/runpod-mcp/src/{state/bucket,state/memory/shard,oauth/redirect}.rs
files=()
for file in "$@"; do files+=(--file "$file"); done
# `Outcome` is another name of a `Result`; the tool takes it for a type with constructors, and none of that compiles.
code=0
timeout --signal=INT "${MUTANTS_MINUTES:-60}m" \
  "$tools/bin/cargo-mutants" mutants --workspace --output "$target" "${files[@]}" \
  --exclude-re 'with Outcome::' --exclude-re 'Outcome<.*> with Default' || code=$?
[ "$code" -ne 124 ] || echo "NOT FINISHED: the time was up; target/mutants.out has what is known"
# 2 is its way to say that some mutants were missed, which is what one wants to hear.
[ "$code" -eq 2 ] || [ "$code" -eq 124 ] || exit "$code"
