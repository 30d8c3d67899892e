"""A look into the database beside the requests: no app context around them, so that each has its own session and `g`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from server.extensions import db


@pytest.fixture
def database(app: Flask) -> Iterator[Session]:
    """A session of the test's own; its view is that of its first question until it rolls back."""
    with app.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session
