"""Alembic's entry: migrations run inside the app, on the app's engine."""

from __future__ import annotations

import importlib
import pkgutil

from alembic import context
from flask import current_app
from sqlalchemy import Connection

import server.db
from server.db.base import Instant, Json, Model

for module in pkgutil.iter_modules(server.db.__path__):
    importlib.import_module(f"server.db.{module.name}")

migrate = current_app.extensions["migrate"]


def _render(kind: str, value: object, _context: object) -> str | bool:
    """Write our two column types by what they are in the database."""
    if kind == "type" and isinstance(value, Json):
        return "sa.Text()"
    if kind == "type" and isinstance(value, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Migrate on one connection, all in one transaction: a connection that was given, or one of our own."""
    given = context.config.attributes.get("connection")
    if given is not None:  # a restore builds its tables inside its own transaction
        _run_on(given)
        return
    with migrate.db.engine.connect() as connection:
        _run_on(connection)
        connection.commit()


def _run_on(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Model.metadata, render_as_batch=True, render_item=_render)
    with context.begin_transaction():
        context.run_migrations()


run()
