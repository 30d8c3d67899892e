"""Papers issued before the office kept a log of prints: after the upgrade they wait in the queue with all that it shows."""

from __future__ import annotations

import flask_migrate

from server.services import journal, print_queue
from tests.server.services.test_minutes import Desk, desk

__all__ = ["desk"]


def test_papers_of_an_older_database_are_in_the_queue(desk: Desk) -> None:
    desk.issues("announcement")
    voided = desk.issues()
    desk.voids(voided, "Nhầm cơ sở")
    with desk.office.transaction() as session:
        before = print_queue.queue(session, print_queue.Filter()).rows
        assert [row.site for row in before] == ["Cửa hàng xăng dầu số 1"]
    with desk.office.app.app_context():
        flask_migrate.downgrade(revision="0007")
        flask_migrate.upgrade()
    with desk.office.transaction() as session:
        assert print_queue.queue(session, print_queue.Filter()).rows == before
        assert journal.verify(session).differences == []
