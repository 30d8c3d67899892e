"""The flask extensions, made once and bound to an app in `server.app.create_app`."""

from __future__ import annotations

import os

from flask import request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from server.db.base import Model

db = SQLAlchemy(model_class=Model)
migrate = Migrate(directory="migrations")
babel = Babel()
login = LoginManager()
csrf = CSRFProtect()
PROXIES = frozenset(os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1").replace(" ", "").split(","))
"""Reverse proxies whose word is taken; gunicorn reads the same variable for X-Forwarded-Proto."""


def client_address() -> str:
    """Return whose request this is: behind our own proxy the last address it wrote, else the peer's.

    Without this one person's wrong passwords would lock everybody out; from anyone but our proxy the header is a claim.
    """
    peer = request.remote_addr or ""
    said = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    return said[:64] if said and (peer in PROXIES or "*" in PROXIES) else peer


limiter = Limiter(key_func=client_address, storage_uri="memory://")
