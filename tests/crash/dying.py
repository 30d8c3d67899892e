"""The served app, but for one thing: it kills itself at the step that a file names (a statement, a commit, an answer)."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from flask import Response
from sqlalchemy import event

from server.extensions import db
from server.services import effects, push
from wsgi import app

DIES_AT = Path(os.environ["DIES_AT"])
"""A file with the number of the step; taken away by who dies of it."""
FAULT = os.environ.get("FAULT", "")
"""A seeded fault, to show that the checks can fail."""


class _Steps:
    """Steps since the file was written."""

    seen = 0
    stamp = 0


def step(*_: object) -> None:
    """Count one step; die where it is the named one."""
    try:
        stamp, wanted = DIES_AT.stat().st_mtime_ns, int(DIES_AT.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return
    if stamp != _Steps.stamp:
        _Steps.stamp, _Steps.seen = stamp, 0
    _Steps.seen += 1
    if _Steps.seen == wanted:
        DIES_AT.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


@app.after_request
def _before_the_answer(response: Response) -> Response:
    step()
    return response


with app.app_context():
    event.listen(db.engine, "before_cursor_execute", step)
    event.listen(db.engine, "commit", step)

if FAULT == "two-transactions":
    _write = effects.write

    def _committed_in_between(session, outcome, now):  # type: ignore[no-untyped-def]  # stands in for effects.write
        seqs = _write(session, outcome, now)
        session.commit()
        return seqs

    push.effects.write = _committed_in_between  # type: ignore[attr-defined]  # the fault itself
