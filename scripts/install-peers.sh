#!/usr/bin/env bash
# Installs the programs that `scripts/peers.sh` and `scripts/bench.sh` run us against, under target/peers. Doing it twice costs nothing.
#
# Versions are pinned in scripts/peers/package.json and requirements*.txt. Where nothing can be fetched, this says so and exits 77
# (could not be checked here), or 1 when CI is set.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD/scripts/peers script=$PWD/scripts/install-peers.sh
peers=${CARGO_TARGET_DIR:-target}/peers
mkdir -p "$peers"
cd "$peers"

# The Inspector and Claude Code want a newer node than many machines have; npm can bring one.
readonly NODE=24.21.0 NODE_AT_LEAST=22.19

give_up() {
  echo "PEERS NOT INSTALLED: $*" >&2
  [ -z "${CI:-}" ] && exit 77
  exit 1
}

stamp=$(cat "$here/package.json" "$here"/requirements*.txt "$script" | cksum)
[ "$(cat installed 2>/dev/null)" = "$stamp" ] && exit 0

command -v npm >/dev/null || give_up "npm is missing"
command -v python3 >/dev/null || give_up "python3 is missing"

cp "$here/package.json" .
npm install --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error >npm.log 2>&1 ||
  give_up "npm failed: $(tail -n 3 npm.log)"

newer() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
if newer "$NODE_AT_LEAST" "$(node --version 2>/dev/null | tr -d v)"; then
  ln -sf "$(command -v node)" node
else
  platform=$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
  npm install --no-save --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error "node-$platform@$NODE" \
    >>npm.log 2>&1 || give_up "npm has no node $NODE for $platform: $(tail -n 3 npm.log)"
  ln -sf "node_modules/node-$platform/bin/node" node
fi
# Install scripts are off; these are the ones that are needed, and they fetch nothing.
./node node_modules/@anthropic-ai/claude-code/install.cjs >>npm.log 2>&1 || give_up "claude: $(tail -n 3 npm.log)"
./node node_modules/opencode-ai/postinstall.mjs >>npm.log 2>&1 || give_up "opencode: $(tail -n 3 npm.log)"

# venv NAME REQUIREMENTS: the SDK has one of its own, so that what it needs pins nothing for the others.
venv() {
  [ -x "$1/bin/python" ] || python3 -m venv "$1" >pip.log 2>&1 || give_up "python3 -m venv failed: $(tail -n 3 pip.log)"
  "$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/$2" >pip.log 2>&1 ||
    give_up "pip failed: $(tail -n 3 pip.log)"
}
venv python requirements.txt
venv sdk requirements-sdk.txt

echo "$stamp" >installed
