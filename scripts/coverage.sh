#!/usr/bin/env bash
# Which lines of the client and of the server the tests come to: a table by area, and the lines that none comes to in
# target/coverage/lines.txt. What was measured and what is aimed at stands in docs/coverage.md.
#
# The tools that read the profiles must speak the compiler's LLVM: LLVM_COV and LLVM_PROFDATA name them; without these, Debian's
# llvm-NN of that version is looked for. Answers 77, in capital letters, where there are none.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly CARGO_LLVM_COV=0.9.1
target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
tools=$target/ci/tools

llvm=$(rustc --version --verbose | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
export LLVM_COV=${LLVM_COV:-$(command -v "llvm-cov-$llvm" || true)}
export LLVM_PROFDATA=${LLVM_PROFDATA:-$(command -v "llvm-profdata-$llvm" || true)}
[ -x "$LLVM_COV" ] && [ -x "$LLVM_PROFDATA" ] || {
  echo "NOT MEASURED: no llvm-cov and llvm-profdata of LLVM $llvm here (apt-get install llvm-$llvm, or name them)"
  exit 77
}
[ -x "$tools/bin/cargo-llvm-cov" ] && [ "$("$tools/bin/cargo-llvm-cov" llvm-cov --version)" = "cargo-llvm-cov $CARGO_LLVM_COV" ] ||
  cargo install "cargo-llvm-cov@$CARGO_LLVM_COV" --locked --profile dev --root "$tools" --target-dir "$tools/target" || {
  echo "NOT MEASURED: cargo-llvm-cov $CARGO_LLVM_COV could not be installed"
  exit 77
}

mkdir -p "$target/coverage"
# What is only there for tests does not count: it would make every figure look better. Nor does whether tests pass: see
# docs/coverage.md for two that cannot.
PATH="$tools/bin:$PATH" cargo llvm-cov --package runpod-api --package runpod-mcp --ignore-run-fail \
  --ignore-filename-regex '(tests?|law|schedules|seeds)(/|\.rs)|runpod-sim|benches|xtask|fuzz' \
  --lcov --output-path "$target/coverage/lcov.info"
# Programs that were started with an empty environment left theirs where they ran.
find crates -name 'default_*.profraw' -delete
python3 scripts/coverage.py "$target/coverage/lcov.info" "$target/coverage/lines.txt"
