#!/usr/bin/env bash
# Packs what a release hands out for this platform and uses it as a person would: npm packages through npm and npx, the bundle
# through the official tool, the registry entry through our own rules. One line for each thing looked at. Nothing is published.
#
#   scripts/package-check.sh      RUNPOD_MCP_BINARY names a built program; otherwise that of target/debug, built if it is missing
#
# Where a tool is missing this says so and exits 77 (could not be checked here), or 1 when CI is set.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
here=$PWD/scripts/package work=$target/package
mkdir -p "$work/tools"

give_up() {
  echo "PACKAGES NOT CHECKED: $*" >&2
  [ -z "${CI:-}" ] && exit 77
  exit 1
}

for tool in node npm python3; do command -v "$tool" >/dev/null || give_up "$tool is missing"; done

if ! cmp --silent "$here/package.json" "$work/tools/package.json" || [ ! -d "$work/tools/node_modules" ]; then
  cp "$here/package.json" "$work/tools/package.json"
  npm install --prefix "$work/tools" --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error >"$work/npm.log" 2>&1 || {
    rm -f "$work/tools/package.json"
    give_up "npm failed: $(tail -n 3 "$work/npm.log")"
  }
fi

binary=${RUNPOD_MCP_BINARY:-$target/debug/runpod-mcp}
[ -x "$binary" ] || cargo build --quiet --package runpod-mcp
# What is packed is stripped, as in a release; a dev build with its debug information takes npm a minute to pack.
program=$work/runpod-mcp
if [ ! "$program" -nt "$binary" ]; then
  strip -o "$program.new" "$binary" 2>/dev/null || cp "$binary" "$program.new"
  mv "$program.new" "$program"
fi

cargo build --quiet --package xtask
triple=$(rustc -vV | sed -n 's/^host: //p')
export PYTHONDONTWRITEBYTECODE=1
exec python3 "$here/check.py" --program "$program" --triple "$triple" --xtask "$target/debug/xtask" --work "$work" \
  --newer-node "$target/peers/node"
