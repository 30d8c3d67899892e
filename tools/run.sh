#!/usr/bin/env bash
# Serve: make a secret on the first start, migrate, load the reference programme where the database is empty.
set -euo pipefail
export PORT=$1
python - "$PORT" <<'CHECK' || exit 1
import socket, sys
try:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(sys.argv[1])))
except (OSError, OverflowError, ValueError) as error:
    sys.exit(f"Không mở được cổng {sys.argv[1]} ({error}): hãy dừng chương trình đang dùng cổng đó, hoặc chạy `PORT=8001 make run`.")
CHECK
mkdir -p instance
if [ -z "${SECRET_KEY:-}" ]; then
  [ -f instance/secret-key ] || (umask 077 && python -c 'import secrets; print(secrets.token_urlsafe(48))' > instance/secret-key)
  SECRET_KEY=$(cat instance/secret-key)
  export SECRET_KEY
fi
said=$(flask db upgrade 2>&1) || { echo "$said" >&2; exit 1; }
flask demo load --if-empty
flask demo welcome
exec gunicorn wsgi:app
