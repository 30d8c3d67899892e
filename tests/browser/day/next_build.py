"""WSGI entry of the same server with the next version of the app: NEXT_STATIC names the folder that it lies in."""

from __future__ import annotations

import os

from wsgi import app

app.static_folder = os.environ["NEXT_STATIC"]
