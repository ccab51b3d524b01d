#!/usr/bin/env bash
# Builds the container image from this checkout.
#
#   scripts/image.sh [--profile PROFILE] [--binary-only] [TAG]
#
# The binary is linked statically against glibc, whose name resolution (files, DNS) is part of libc.a since 2.34, so
# it runs from scratch. TAG is runpod-mcp:local unless said. Uses buildah, podman or docker, whichever there is first.
set -euo pipefail
cd "$(dirname "$0")/.."

profile=dist binary_only='' tag=runpod-mcp:local
while [ $# -gt 0 ]; do
  case $1 in
    --profile) profile=$2; shift 2 ;;
    --binary-only) binary_only=yes; shift ;;
    -*) echo "usage: scripts/image.sh [--profile PROFILE] [--binary-only] [TAG]" >&2; exit 2 ;;
    *) tag=$1; shift ;;
  esac
done

host=$(rustc -vV | sed -n 's/^host: //p')
folder=${CARGO_TARGET_DIR:-target}/image
# A folder of its own: other flags would make Cargo build everything else again. With --target, so that build scripts
# and macros are not linked statically too, which they cannot be.
RUSTFLAGS="-C target-feature=+crt-static" \
  cargo build --locked --profile "$profile" --target "$host" --target-dir "$folder" -p runpod-mcp
built=$folder/$host/$([ "$profile" = dev ] && echo debug || echo "$profile")/runpod-mcp

if command -v readelf >/dev/null && readelf --program-headers "$built" | grep -q INTERP; then
  echo "$built wants a dynamic loader, which an image from scratch has not" >&2
  exit 1
fi

case $host in
  x86_64-*) arch=amd64 ;;
  aarch64-*) arch=arm64 ;;
  *) echo "images are built on x86-64 and on 64-bit ARM, not on $host" >&2; exit 1 ;;
esac
context=$folder/context
rm -rf "$context"
mkdir -p "$context/$arch"
cp "$built" "$context/$arch/runpod-mcp"
strip "$context/$arch/runpod-mcp"
[ -z "$binary_only" ] || { echo "$context/$arch/runpod-mcp"; exit 0; }

for builder in buildah podman docker; do
  command -v "$builder" >/dev/null || continue
  case $builder in
    # Nothing is run in the build, so nothing of the machine is needed: neither overlay mounts nor namespaces.
    buildah)
      buildah --storage-driver vfs bud --isolation chroot --format docker --build-arg "TARGETARCH=$arch" \
        --file Dockerfile --tag "$tag" "$context"
      ;;
    *) "$builder" build --build-arg "TARGETARCH=$arch" --file Dockerfile --tag "$tag" "$context" ;;
  esac
  exit
done
echo "none of buildah, podman and docker is installed; the binary is $context/$arch/runpod-mcp" >&2
exit 1
