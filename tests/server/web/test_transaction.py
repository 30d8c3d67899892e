"""One place that commits; the two traps of SQLite that would lose work."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.db.journal import ServerState
from server.db.numbers import Series
from server.extensions import db
from server.web.transaction import after_commit, writing, written

READ = select(ServerState.value).where(ServerState.key == "n")


def series(name: str) -> Series:
    """Any small row."""
    return Series(series=name, symbol=name, organisation_id="x")


def test_a_rollback_takes_savepoints_with_it(session: Session) -> None:
    """The default driver leaves two rows here (style.md, trap 1)."""
    for name in ("a", "b"):
        with session.begin_nested():
            session.add(series(name))
    session.rollback()
    assert session.scalars(select(Series)).all() == []


def test_what_follows_the_commit_runs_only_after_it(app: Flask) -> None:
    seen: list[str] = []
    with app.app_context():
        with writing(db.session) as session:
            after_commit(session, lambda: seen.append("committed"))
            assert seen == []
        assert seen == ["committed"]
        with pytest.raises(ZeroDivisionError), writing(db.session) as session:
            after_commit(session, lambda: seen.append("never"))
            _ = 1 / 0
        with writing(db.session):
            pass
    assert seen == ["committed"]


def test_threads_that_read_then_write_all_get_through(app: Flask) -> None:
    """DEFERRED finished 56 of 200 (style.md, trap 2)."""
    with app.app_context(), writing(db.session) as session:
        session.execute(text("INSERT INTO server_state VALUES ('n', '0', '2026-01-01')"))
    errors: list[BaseException] = []

    def raise_counter() -> None:
        try:
            for _ in range(25):
                with app.app_context(), writing(db.session) as session:
                    value = int(session.execute(READ.with_for_update()).scalar_one())
                    session.execute(text("UPDATE server_state SET value=:v WHERE key='n'"), {"v": str(value + 1)})
        except BaseException as error:  # noqa: BLE001  # a thread's error must reach the test
            errors.append(error)

    threads = [threading.Thread(target=raise_counter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with app.app_context():
        assert db.session.scalar(READ) == "100"


@pytest.mark.postgresql_only("SQLite has one writer at a time")
def test_the_victim_of_a_deadlock_does_its_work_again(app: Flask) -> None:
    """Two who take two rows in opposite orders: PostgreSQL ends one, which is run anew, whole."""
    with app.app_context(), writing(db.session) as session:
        session.add_all([series("a"), series("b")])
    both_have_one = threading.Barrier(2, timeout=20)
    tries: list[str] = []

    def swaps(first: str, second: str) -> None:
        def work(session: Session) -> None:
            tries.append(first)
            for place, name in enumerate((first, second)):
                row = session.get_one(Series, name, with_for_update=True)
                row.basis += f"{first} "
                session.flush()
                if place == 0 and len(tries) <= 2:
                    both_have_one.wait()

        with app.app_context():
            written(db.session, work)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(swaps, "a", "b"), pool.submit(swaps, "b", "a")]:
            done.result()
    assert len(tries) == 3
    with app.app_context():
        assert sorted(db.session.get_one(Series, "a").basis.split()) == ["a", "b"]
        assert sorted(db.session.get_one(Series, "b").basis.split()) == ["a", "b"]
