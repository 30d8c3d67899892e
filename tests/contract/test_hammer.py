"""No pull misses a commit, on real PostgreSQL, whatever the interleaving (I4, I5, I16); and the check can fail."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from server.db.journal import NO_HASH, JournalEntry
from server.extensions import db
from server.services import journal, ledger
from server.settings import Settings
from tests.builders import Office
from tests.contract.hammer import SCOPES, Hammer, HttpClient, open_foreign_transactions
from tests.contract.live import LiveServer

ROWS = int(os.environ.get("HAMMER_ROWS", "8000"))
"""What CI pushes in each of the two tests; 100000 for a long evening."""
pytestmark = [pytest.mark.postgresql_only("SQLite has one writer at a time"), pytest.mark.timeout(900)]


def entries(database: Session) -> int:
    """Count what was journalled in the areas."""
    return database.scalar(select(func.count()).select_from(JournalEntry).where(JournalEntry.scope.in_(SCOPES))) or 0


def test_eight_threads_hide_nothing_from_tablets_that_pull(
    app: Flask, settings: Settings, office: Office, database: Session
) -> None:
    hammer = Hammer.of(app.test_client, office)
    with open_foreign_transactions(settings.database_url):
        hammer.runs(ROWS)
        assert hammer.faults(database) == []
    assert entries(database) >= ROWS * 9 // 10  # equal edits of a foreign site change nothing and are not journalled
    assert journal.verify(database).is_whole


def test_two_processes_hide_nothing_from_tablets_that_pull(
    live: LiveServer, settings: Settings, office: Office, database: Session
) -> None:
    hammer = Hammer.of(lambda: HttpClient(live.url), office)
    with open_foreign_transactions(settings.database_url):
        hammer.runs(ROWS)
        assert hammer.faults(database) == []
    assert entries(database) >= ROWS * 9 // 10
    assert journal.verify(database).is_whole


def test_a_plain_sequence_would_be_caught(
    app: Flask, office: Office, database: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers taken from a sequence, which no transaction holds, instead of the counter raised last under its lock."""
    hammer = Hammer.of(app.test_client, office)
    with app.app_context():
        monkeypatch.setattr(ledger, "_raise_counters", plain_sequence(db.engine))
    for _ in range(5):
        hammer.runs(1600, size=20)
        database.execute(text("UPDATE scope SET seq = (SELECT max(seq) FROM journal j WHERE j.scope = scope.scope)"))
        database.commit()
        if faults := hammer.faults(database):
            break
    assert any("missed" in fault for fault in faults), faults
    assert not any("gaps" in fault for fault in faults), faults


def plain_sequence(engine: Engine) -> object:
    """Make what replaces `ledger._raise_counters`: the next numbers at once, for whoever asks, committed or not."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE taken (scope text PRIMARY KEY, n bigint NOT NULL)"))
        connection.execute(text("INSERT INTO taken SELECT scope, seq FROM scope"))
    take = text("UPDATE taken SET n = n + :k WHERE scope = :scope RETURNING n - :k")

    def raise_counters(_session: Session, scopes: Sequence[str]) -> dict[str, object]:
        heads: dict[str, object] = {}
        for scope, count in sorted(Counter(scopes).items()):
            with engine.begin() as connection:
                first = connection.execute(take, {"k": count, "scope": scope}).scalar_one()
            heads[scope] = ledger._Head(first, NO_HASH)  # stands in for the private part of the ledger
        return heads

    return raise_counters
