#!/usr/bin/env bash
# Fails when a change that users see comes without a changeset.
#   scripts/changeset-check.sh BASE     BASE is a commit or branch, such as origin/main
set -euo pipefail
base=${1:?usage: scripts/changeset-check.sh BASE}
cd "$(dirname "$0")/.."

# What a user meets: the tool surface, the help and messages that are snapshots, the configuration, the guide.
visible=(crates/runpod-mcp/tests/surface 'crates/**/*.snap' crates/runpod-mcp/src/config.rs)
changed=$(git diff --name-only "$base...HEAD" -- "${visible[@]}")
added=$(git diff --name-only --diff-filter=A "$base...HEAD" -- .changeset)

if [ -n "$changed" ] && [ -z "$added" ]; then
  printf 'users see this change, and no file was added to .changeset (see CONTRIBUTING.md):\n%s\n' "$changed" >&2
  exit 1
fi

# knope reads every .md in the folder; one without front matter stops a release.
for file in .changeset/*.md; do
  [ -e "$file" ] || continue
  if ! { [ "$(head -n 1 "$file")" = --- ] && grep -qE '^runpod-mcp: (major|minor|patch)$' "$file" && grep -q '^# ' "$file"; }; then
    echo "$file: wants front matter with runpod-mcp: major|minor|patch, and a # heading" >&2
    exit 1
  fi
done
