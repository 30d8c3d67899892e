#!/usr/bin/env bash
# Serve: make a secret on the first start, migrate, load the reference programme where the database is empty.
set -euo pipefail
export PORT=$1
mkdir -p instance
if [ -z "${SECRET_KEY:-}" ]; then
  [ -f instance/secret-key ] || (umask 077 && python -c 'import secrets; print(secrets.token_urlsafe(48))' > instance/secret-key)
  SECRET_KEY=$(cat instance/secret-key)
  export SECRET_KEY
fi
flask db upgrade 2>/dev/null
flask demo load --if-empty
flask demo welcome
exec gunicorn wsgi:app
