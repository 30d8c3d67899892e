"""How many questions each list page asks: the same for few rows as for many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from server.app import create_app
from server.extensions import db
from server.pages import menu
from server.pages.menu import Entry
from tests.builders import Office
from tests.conftest import COMPILED, settings_in
from tests.office_fill import Size, fill
from tests.office_lists import LISTS
from tests.server.pages.scene import Desk

FEW, MANY = Size(6, 8, 16), Size(20, 24, 48)
"""Both below the size of a page: each further row is shown, and may ask nothing more."""


Question = tuple[str, Any]
"""A statement with its parameters."""


@contextmanager
def asked(app: Flask) -> Iterator[list[Question]]:
    """Collect the statements that are run meanwhile."""
    found: list[Question] = []

    def note(*said: Any) -> None:
        found.append((said[2], said[3]))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def questions(app: Flask, size: Size) -> dict[str, list[Question]]:
    """Return what each list page asks of a department of this size."""
    office = Office(app)
    fill(office, size, date(2026, 11, 26))
    desk = Desk(app.test_client()).signs_in(office.hires("admin"))
    found = {}
    for name, path in LISTS.items():
        desk.opens(path)  # what is read once and kept
        with asked(app) as statements:
            desk.opens(path)
        found[name] = statements
    return found


def reading_every_document(app: Flask, questions: dict[str, list[Question]]) -> set[tuple[str, str]]:
    """Return the questions that SQLite answers by reading every document: without statistics its indexes alone decide."""
    found = set()
    with app.app_context(), db.engine.connect() as connection:
        for name, own in questions.items():
            for statement, given in own:
                steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
                if statement.startswith("SELECT") and any(step[3].startswith("SCAN document") for step in steps):
                    found.add((name, statement))
    return found


@pytest.mark.sqlite_only("the questions are the same on both engines")
def test_no_list_asks_more_for_more_rows_or_reads_every_document(
    app: Flask, tmp_path: Path, template_database: Path
) -> None:
    few = questions(app, FEW)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "test.sqlite3").write_bytes(template_database.read_bytes())
    other = create_app(settings_in(tmp_path / "other"))
    other.jinja_env.bytecode_cache = COMPILED
    many = questions(other, MANY)
    assert reading_every_document(other, many) == set()
    with other.app_context():
        db.engine.dispose()
    more = {name: (len(few[name]), len(many[name])) for name in LISTS if len(many[name]) > len(few[name])}
    assert more == {}
    assert max(map(len, many.values())) < 40


@pytest.mark.sqlite_only("about the table of pages")
def test_every_list_of_the_menu_is_counted(app: Flask) -> None:
    entries = [e for item in menu.MENU for e in ((item,) if isinstance(item, Entry) else item.entries)]
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        paths = {adapter.build(entry.endpoint) for entry in entries}
    assert paths - {path.partition("?")[0] for path in LISTS.values()} == set()
