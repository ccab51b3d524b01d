#!/usr/bin/env bash
# Builds the published profile twice, in two folders of different names, and compares the programs byte by byte.
#
#   scripts/reproducible.sh [PROFILE [LEARNED]]   dist, unless another one is named, with what scripts/learn.sh put into the file
#                                                 LEARNED, or without; takes minutes
#   scripts/reproducible.sh --flags               prints the RUSTFLAGS that a build in the current folder needs; release.yml uses them
#
# With the same toolchain, Cargo.lock and target, one thing would differ between computers: the paths of the sources, which panics and
# debug information name. No clock gets in; SOURCE_DATE_EPOCH is set for build scripts that ask.
set -euo pipefail

flags() { printf -- '--remap-path-prefix=%s=/runpod-mcp --remap-path-prefix=%s=/cargo' "$1" "${CARGO_HOME:-$HOME/.cargo}"; }

if [ "${1:-}" = --flags ]; then
  flags "$PWD"
  exit
fi

cd "$(dirname "$0")/.."
profile=${1:-dist}
learned=${2:+ -Cprofile-use=$(realpath "$2")}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
commit=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct "$commit")
export SOURCE_DATE_EPOCH
# Debug information of C code, ring's, which the published profile strips and others keep.
export CFLAGS="-ffile-prefix-map=${CARGO_HOME:-$HOME/.cargo}=/cargo"
unset CARGO_TARGET_DIR

for name in one another-one; do
  mkdir "$scratch/$name"
  git archive "$commit" | tar -x -C "$scratch/$name"
  (cd "$scratch/$name" && RUSTFLAGS="$(flags "$PWD")$learned" cargo build --quiet --locked --profile "$profile" --package runpod-mcp)
  # `dev` is the one profile whose folder is called otherwise.
  folder=$profile
  [ "$profile" = dev ] && folder=debug
  mv "$scratch/$name/target/$folder/runpod-mcp" "$scratch/program-$name"
  rm -rf "${scratch:?}/$name"
done

(cd "$scratch" && sha256sum program-*)
cmp "$scratch/program-one" "$scratch/program-another-one"
if grep -q -a -F -e "$scratch" -e "$HOME/" "$scratch/program-one"; then
  echo "both are the same, and name a folder of this computer" >&2
  exit 1
fi
echo "the same program twice"
