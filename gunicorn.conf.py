"""gunicorn: threads, so that a slow radio link holds a thread and not the server."""

import os

_on_sqlite = os.environ.get("DATABASE_URL", "sqlite").startswith("sqlite")
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = 1 if _on_sqlite else 2
threads = 8 if _on_sqlite else 4
timeout = 60
graceful_timeout = 20
preload_app = False
