"""Migrations: up, down, and equal to what the tables say."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
from sqlalchemy import inspect

from server.app import create_app
from server.extensions import db
from tests.conftest import settings_in


def test_up_down_up_again(tmp_path: Path) -> None:
    app = create_app(settings_in(tmp_path))
    with app.app_context():
        flask_migrate.upgrade()
        flask_migrate.check()
        flask_migrate.downgrade(revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        flask_migrate.upgrade()
        assert "journal" in inspect(db.engine).get_table_names()
        db.engine.dispose()
