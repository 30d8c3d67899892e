"""The one place where a request's (or a command's) work is committed."""

from __future__ import annotations

import fcntl
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, scoped_session

AFTER_COMMIT = "after_commit"
Result = TypeVar("Result")
ATTEMPTS = 4
_GIVE_WAY = frozenset({"40P01", "40001"})
"""SQLSTATE of a deadlock's victim and of a transaction that must be run anew."""


@contextmanager
def writing(scoped: scoped_session[Any]) -> Iterator[Session]:
    """Give a session for one write transaction; commit at the end, roll back on any exception.

    On SQLite the transaction begins IMMEDIATE behind one cross-process lock: threads that fought for the
    database's own lock had a p99 of 0.7 s.
    """
    session: Session = scoped()
    session.rollback()  # what was read before the lock may be stale
    engine = session.get_bind()
    with _one_writer(engine if isinstance(engine, Engine) else engine.engine):
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        try:
            yield session
            session.commit()
        except BaseException:
            session.info.pop(AFTER_COMMIT, None)
            session.rollback()
            raise
    for action in session.info.pop(AFTER_COMMIT, []):
        action()


def written(scoped: scoped_session[Any], work: Callable[[Session], Result]) -> Result:
    """Do work in one write transaction; again after a deadlock or two first creations of one thing, whole each time.

    A lock not had within its time is not tried again: the caller answers 503 and the tablet comes back.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with writing(scoped) as session:
                return work(session)
        except (OperationalError, IntegrityError) as error:
            if attempt == ATTEMPTS or not _resolves_itself(error):
                raise
            time.sleep(random.uniform(0, 0.05) * attempt)  # noqa: S311  # so that two do not meet again
    raise AssertionError("unreachable")


def _resolves_itself(error: DBAPIError) -> bool:
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in _GIVE_WAY


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Register what must happen only once the transaction is in the database."""
    session.info.setdefault(AFTER_COMMIT, []).append(action)


@contextmanager
def _one_writer(engine: Engine) -> Iterator[None]:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield
        return
    with Path(engine.url.database + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
