#!/usr/bin/env bash
# Node from the system where it is new enough, else from a wheel inside the venv.
set -euo pipefail
venv=$1
if command -v node >/dev/null && command -v npm >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)'; then
  exit 0
fi
echo "Không có Node >= 20.19: cài vào $venv."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-node.txt
