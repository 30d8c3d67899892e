"""The WSGI entry: gunicorn runs `wsgi:app`, the `flask` command finds it by FLASK_APP."""

import os

from server.app import create_app
from server.settings import Settings

app = create_app(Settings.from_environ(), serving="FLASK_RUN_FROM_CLI" not in os.environ)
