#!/usr/bin/env bash
# Runs the fuzz targets one after the other, each for so many seconds: scripts/fuzz.sh SECONDS [TARGET...]
#
# What is found worth keeping is in fuzz/corpus, what breaks a law in fuzz/artifacts; neither is committed. A broken law becomes a
# seed and a test. FUZZ_SEED makes a run begin like another one with the same. Answers 77, in capital letters, where there is no
# nightly toolchain, which libfuzzer needs.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly CARGO_FUZZ=0.13.2
seconds=${1:?how many seconds for each target?}
shift
target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
tools=$target/ci/tools

cargo +nightly --version >/dev/null 2>&1 || {
  echo "NOT FUZZED: there is no nightly toolchain here (rustup toolchain install nightly --profile minimal)"
  exit 77
}
[ -x "$tools/bin/cargo-fuzz" ] && [ "$("$tools/bin/cargo-fuzz" --version)" = "cargo-fuzz $CARGO_FUZZ" ] ||
  cargo install "cargo-fuzz@$CARGO_FUZZ" --locked --profile dev --root "$tools" --target-dir "$tools/target" || {
  echo "NOT FUZZED: cargo-fuzz $CARGO_FUZZ could not be installed"
  exit 77
}

# No sanitizer: nothing of ours is unsafe, and without one it is built and run in half the time.
PATH="$tools/bin:$PATH" cargo +nightly fuzz build --fuzz-dir fuzz --sanitizer none --target-dir "$target/fuzz"
triple=$(cargo +nightly --version --verbose | sed -n 's/^host: //p')

[ $# -gt 0 ] || set -- $(sed -n 's/^name = "\(.*\)"$/\1/p' fuzz/Cargo.toml | grep -v '^runpod-fuzz$')
broken=()
for name in "$@"; do
  mkdir -p "fuzz/corpus/$name" "fuzz/artifacts/$name"
  log=fuzz/artifacts/$name.log
  if "$target/fuzz/$triple/release/$name" "fuzz/corpus/$name" "fuzz/seeds/$name" -max_total_time="$seconds" -seed="${FUZZ_SEED:-0}" \
    -max_len=4096 -timeout=10 -rss_limit_mb=2048 -artifact_prefix="fuzz/artifacts/$name/" >"$log" 2>&1; then
    printf 'ok    %-24s %s\n' "$name" "$(grep -E '^(Done|stat::number)' "$log" | tail -n 1)"
  else
    printf 'FOUND %-24s the end of %s:\n' "$name" "$log"
    tail -n 30 "$log" | cut -c1-300
    broken+=("$name")
  fi
done
[ ${#broken[@]} -eq 0 ] || printf 'broken: %s\n' "${broken[*]}"
[ ${#broken[@]} -eq 0 ]
