#!/usr/bin/env bash
# Shows the compiler what runpod-mcp does, and prints the RUSTFLAGS by which the published profile makes use of it (ADR 0021).
#
#   scripts/learn.sh [TARGET]     for this machine's target unless another is named that runs here; takes ten minutes
#
# The program is built with counters, `exercise` of benches/peers runs it in the sandbox, and what was counted is put into
# target/learned/TARGET.profdata. RUSTFLAGS that are set stay. The tool that merges the counts must speak the compiler's LLVM:
# LLVM_PROFDATA names it; without that, the one of rustup's llvm-tools is taken, or Debian's. Answers 77, in capital letters, where
# there is none.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(rustc --version --verbose)
host=$(sed -n 's/^host: //p' <<<"$version")
llvm=$(sed -n 's/^LLVM version: \([0-9]*\).*/\1/p' <<<"$version")
to=${1:-$host}
target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
learned=$target/learned
counts=$learned/$to.counts

profdata=${LLVM_PROFDATA:-$(rustc --print sysroot)/lib/rustlib/$host/bin/llvm-profdata}
[ -x "$profdata" ] || profdata=$(command -v "llvm-profdata-$llvm") || {
  echo "NOT LEARNED: no llvm-profdata of LLVM $llvm here (rustup component add llvm-tools, or name one by LLVM_PROFDATA)" >&2
  exit 77
}

# With --target, so that build scripts and macros count nothing.
RUSTFLAGS="${RUSTFLAGS:-} -Cprofile-generate=$counts" \
  cargo build --quiet --locked --profile dist --package runpod-mcp --target "$to" --target-dir "$learned/target" >&2
cargo build --quiet --locked --package bench-peers --bin exercise >&2
rm -rf "$counts"
"$target/debug/exercise" "$learned/target/$to/dist/runpod-mcp" >&2
"$profdata" merge --output "$learned/$to.profdata" "$counts"

flags="${RUSTFLAGS:-} -Cprofile-use=$learned/$to.profdata"
# What ran lies side by side, and what did not is never paged in. The other linkers do so unasked.
[ "$to" != x86_64-unknown-linux-gnu ] || flags+=" -Clink-arg=-Wl,-z,keep-text-section-prefix"
echo "${flags# }"
