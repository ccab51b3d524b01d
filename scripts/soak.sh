#!/usr/bin/env bash
# Runs the server for a long time over stdio and over HTTP, against a sandbox that misbehaves, and looks whether anything grows or
# gets lost.
#
#   scripts/soak.sh [MINUTES] [SEED]     30 minutes unless said
#
# SOAK_PROFILE names another profile than release. Linux only: it reads /proc.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
profile=${SOAK_PROFILE:-release}
cargo build --quiet --profile "$profile" --package runpod-mcp --package bench-peers
[ "$profile" = dev ] && profile=debug
unset "${!RUNPOD_@}"
exec "$target/$profile/soak" "$target/$profile/runpod-mcp" "$@"
