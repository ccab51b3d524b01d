#!/usr/bin/env bash
# Builds the image as scripts/image.sh does, and runs what is in it the way a cluster would: nobody's user, nothing of
# this machine's file system, names resolved by what is compiled in.
#
#   scripts/check-image.sh
#
# Exit code 77 where buildah cannot be had, or where this machine lets nobody change roots.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(uname -s)" = Linux ] || { echo "images are built on Linux"; exit 77; }
if ! command -v buildah >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends buildah; } \
    >/dev/null 2>&1 || true
fi
command -v buildah >/dev/null || { echo "buildah is needed and cannot be installed here"; exit 77; }
[ "$(id -u)" = 0 ] || { echo "only root may change roots"; exit 77; }

readonly TAG=localhost/runpod-mcp:check
scripts/image.sh --profile "${IMAGE_PROFILE:-dev}" "$TAG"

storage() { buildah --storage-driver vfs "$@"; }
container=$(storage from "$TAG")
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; storage rm "$container" >/dev/null' EXIT
root=$(storage mount "$container")

said=$(storage inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}}' "$TAG")
[ "$said" = "65532:65532 [/runpod-mcp]" ] || { echo "the image runs as: $said"; exit 1; }
files=$(cd "$root" && find . -type f | sort | tr '\n' ' ')
[ "$files" = "./runpod-mcp " ] || { echo "the image holds: $files"; exit 1; }
echo "ok  the image holds one file and runs as nobody ($(du -h "$root/runpod-mcp" | cut -f1))"

# Every container runtime brings these; a static program that is given no library to look in asks them for chance.
mkdir -p "$root/dev"
device() { [ -e "$root/dev/$1" ] || mknod -m 666 "$root/dev/$1" c 1 "$2"; }
device random 8 && device urandom 9 || { echo "nobody may make devices here"; exit 77; }

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# Nothing of this environment gets in, not even the path by which the tool itself would be found.
chroot=$(PATH=$PATH:/usr/sbin:/sbin command -v chroot)
inside=(env -i "PORT=$port" MCP_PUBLIC_URL=https://mcp.example.com "$chroot" --userspec=65532:65532 "$root" /runpod-mcp)

"${inside[@]}" serve --http &
server=$!
for _ in $(seq 100); do
  "${inside[@]}" healthcheck 2>/dev/null && break
  kill -0 "$server" || { echo "the server in the image ended"; exit 1; }
  sleep 0.1
done
"${inside[@]}" healthcheck
echo "ok  it serves, and its own healthcheck says so"

# What a container runtime mounts, and a name that only that file knows.
mkdir -p "$root/etc"
echo "127.0.0.1 name.in.a.file" >"$root/etc/hosts"
"${inside[@]}" healthcheck "http://name.in.a.file:$port/healthz"
echo "ok  it resolves names without a library to load"

if "${inside[@]}" healthcheck "http://127.0.0.1:1/healthz" 2>/dev/null; then
  echo "a healthcheck of nobody succeeds"
  exit 1
fi
kill -TERM "$server"
wait "$server" || { echo "it did not end well when told to stop"; exit 1; }
server=
echo "ok  it ends when it is told to"
