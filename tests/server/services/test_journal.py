"""journal.verify finds every kind of damage and names the first broken entry (I11)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from server.services import journal
from server.settings import Settings
from tests.builders import Office

AREA = "area:07213"
Damage = Callable[["Tool"], object]


@pytest.fixture
def filled(office: Office) -> Office:
    """Three documents, one of them revised, one moved."""
    first = office.registers_establishment(name="A")
    office.registers_establishment(name="B")
    office.records("establishment", AREA, {"name": "A2", "area_code": "07213"}, id=first)
    office.records("establishment", "area:9", {"name": "A2", "area_code": "9"}, id=first)
    return office


@dataclass
class Tool:
    """A database tool in the hands of someone who knows how to get past the triggers."""

    run: Callable[..., Any]
    mark: str

    def execute(self, sql: str, values: Sequence[object] = ()) -> Any:
        """Run SQL with `?` for values."""
        return self.run(sql.replace("%", "%%").replace("?", "%s") if self.mark == "%s" else sql, values)


def damaged(settings: Settings, damage: Damage) -> None:
    """Do to the database what its operator could do."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "postgresql":
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
            connection.execute("SET session_replication_role = replica")  # triggers sleep
            damage(Tool(connection.execute, "%s"))
        return
    with closing(sqlite3.connect(str(url.database))) as file, file:
        for trigger in ("journal_no_update", "journal_no_delete"):
            file.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        damage(Tool(file.execute, "?"))


def test_an_untouched_database_is_whole(filled: Office, database: Session) -> None:
    seen: list[int] = []
    report = journal.verify(database, seen.append)
    assert report.is_whole
    assert (report.scopes, report.entries, report.documents) == (2, 5, 2)
    assert sum(seen) == journal.size(database) == 5


def test_an_empty_database_is_whole(database: Session) -> None:
    assert journal.verify(database).is_whole


CHAIN: list[tuple[str, Damage, int]] = [
    ("a letter of an entry", lambda c: c.execute(
        "UPDATE journal SET entry = replace(entry, '\"A2\"', '\"A3\"') WHERE scope = ? AND seq = 3", [AREA]), 3),
    ("one byte of a hash", lambda c: c.execute(
        "UPDATE journal SET hash = 'f' || substr(hash, 2) WHERE scope = ? AND seq = 2 AND hash NOT LIKE 'f%'"
        , [AREA]) if _hash(c, 2)[0] != "f" else c.execute(
        "UPDATE journal SET hash = 'e' || substr(hash, 2) WHERE scope = ? AND seq = 2", [AREA]), 2),
    ("an entry taken out", lambda c: c.execute("DELETE FROM journal WHERE scope = ? AND seq = 2", [AREA]), 2),
    ("the last entry taken out", lambda c: c.execute("DELETE FROM journal WHERE scope = ? AND seq = 4", [AREA]), 4),
    ("two entries exchanged", lambda c: [
        c.execute("UPDATE journal SET seq = 99 WHERE scope = ? AND seq = 1", [AREA]),
        c.execute("UPDATE journal SET seq = 1 WHERE scope = ? AND seq = 2", [AREA]),
        c.execute("UPDATE journal SET seq = 2 WHERE scope = ? AND seq = 99", [AREA])], 1),
    ("the head", lambda c: c.execute("UPDATE scope SET head = ? WHERE scope = ?", ["0" * 64, AREA]), 5),
    ("the scope row taken out", lambda c: c.execute("DELETE FROM scope WHERE scope = ?", [AREA]), 1),
]  # fmt: skip


def _hash(tool: Tool, seq: int) -> str:
    found: str = tool.execute("SELECT hash FROM journal WHERE scope = ? AND seq = ?", [AREA, seq]).fetchone()[0]
    return found


@pytest.mark.parametrize(("damage", "seq"), [c[1:] for c in CHAIN], ids=[c[0] for c in CHAIN])
def test_damage_to_the_chain_is_named(
    filled: Office, settings: Settings, database: Session, damage: Damage, seq: int
) -> None:
    damaged(settings, damage)
    (broken,) = journal.verify(database).broken
    assert (broken["scope"], broken["seq"]) == (AREA, seq)
    assert broken["reason"]


STATE: list[tuple[str, str]] = [
    ("a document's state", "UPDATE document SET state = replace(state, 'A2', 'A9') WHERE state LIKE '%A2%'"),
    ("a document's revision", "UPDATE document SET rev = rev + 1"),
    ("a document's scope", "UPDATE document SET scope = 'agency'"),
    ("a document taken out", "DELETE FROM document WHERE state LIKE '%A2%'"),
    ("a document brought back", "UPDATE document SET is_deleted = true"),
    ("a document from nowhere", "INSERT INTO document (kind, id, scope, rev, is_deleted, state) "
                                "VALUES ('finding', 'x', 'agency', 1, false, '{}')"),
    ("a feed item", "UPDATE feed SET item = replace(item, 'A2', 'A9')"),
    ("a feed row taken out", "DELETE FROM feed"),
    ("a feed row's place", "UPDATE feed SET seq = seq + 100"),
]  # fmt: skip


@pytest.mark.parametrize("statement", [s[1] for s in STATE], ids=[s[0] for s in STATE])
def test_documents_and_feed_that_differ_are_named(
    filled: Office, settings: Settings, database: Session, statement: str
) -> None:
    damaged(settings, lambda c: c.execute(statement))
    report = journal.verify(database)
    assert report.broken == []
    assert report.differences


def test_the_command_says_so_and_exits_1(app: Flask, filled: Office, settings: Settings, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    whole = run(args=["journal", "verify", "--json"])
    assert (whole.exit_code, json.loads(whole.stdout)["whole"]) == (0, True)
    assert "nguyên vẹn" in run(args=["journal", "verify"]).stdout

    damaged(settings, CHAIN[0][1])
    broken = run(args=["journal", "verify", "--json"])
    assert broken.exit_code == 1
    assert json.loads(broken.stdout)["broken"][0]["seq"] == 3
    assert f"{AREA} bản ghi số 3" in run(args=["journal", "verify"]).stdout
