"""The department of a test file: its server, a process that really stops; its office at a browser; what lies in its database."""

from __future__ import annotations

import json
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from server.db.documents import Document
from server.db.journal import JournalEntry
from server.db.numbers import MinutesNumber
from server.db.sync import Quarantine
from server.demo.serving import Office, Server, check

LEADER, LEADER_NAME = "truongdoan1", "Hoàng Minh Đức (DEMO)"
SUPERVISOR = "lanhdao"


@dataclass
class Department:
    """A server with the reference programme, and the accounts of its people."""

    server: Server
    accounts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def founded(cls, folder: Path) -> Department:
        """A database of its own, filled with the reference programme, nothing recorded yet; the server is not started."""
        server = Server(folder)
        loaded = server.prepares("--no-market")
        return cls(server, {a["username"]: a["password"] for a in loaded["accounts"]})

    def copied(self, folder: Path) -> Department:
        """The same department in another folder, on the same port: one of the two serves at a time."""
        shutil.copytree(self.server.folder, folder)
        places = {"DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}", "BLOB_URL": f"file:{folder / 'blobs'}"}
        server = Server(folder, self.server.port, environment={**self.server.environment, **places})
        return Department(server, dict(self.accounts))

    @property
    def url(self) -> str:
        """Where a browser finds it; service workers want a name that is this machine's."""
        return f"http://localhost:{self.server.port}"

    def stops(self) -> None:
        """End the process; nothing listens any more."""
        self.server.stops()
        self.server.process = None
        with socket.socket() as probe:
            check(probe.connect_ex(("127.0.0.1", self.server.port)) != 0, "the server still listens")

    def code_for(self, username: str) -> str:
        """Make a one-time code."""
        return str(json.loads(self.server.flask("tablets", "enrol", "--user", username, "--json"))["code"])

    def office(self, username: str = SUPERVISOR) -> Office:
        """Somebody signs in at the office's pages."""
        office = Office(self.server.url)
        _, page = office.asks("GET", "/sign-in")
        status, _ = office.submits(page, "/sign-in", username=username, password=self.accounts[username])
        check(status in {302, 303}, f"không đăng nhập được ({status})")
        return office

    def looks(self) -> Session:
        """A session to look into the database; whoever asks closes it."""
        return Session(create_engine(self.server.environment["DATABASE_URL"]))

    def states(self, kind: str, parent: str | None = None) -> dict[str, dict[str, Any]]:
        """Documents of a kind as the server has them, by id."""
        with self.looks() as session:
            wanted = select(Document).where(Document.kind == kind)
            if parent is not None:
                wanted = wanted.where(Document.parent == parent)
            found = {d.id: d.state for d in session.scalars(wanted)}
            session.connection().engine.dispose()
        return found

    def answers(self, inspection: str) -> dict[str, str]:
        """What was answered, by item; the decision's own item has values and no answer."""
        return {s["item"]: s["answer"] for s in self.states("finding", inspection).values() if s.get("answer")}

    def planned_of(self, sites: str) -> list[str]:
        """The inspections of the establishments whose names begin so."""
        named = {id for id, state in self.states("establishment").items() if state["name"].startswith(sites)}
        return [id for id, state in self.states("inspection").items() if state["establishment_id"] in named]

    def inspection_at(self, site: str) -> str:
        """The inspection of the establishment whose name begins so."""
        (found,) = self.planned_of(site)
        return found

    def taken(self) -> list[str]:
        """The op_ids in the journal, each as often as it stands there."""
        with self.looks() as session:
            found = [op for op in session.scalars(select(JournalEntry.op_id)) if op is not None]
            session.connection().engine.dispose()
        return sorted(found)

    def offsets(self) -> list[int]:
        """Server minus tablet, as the operations in the journal carry it (ms)."""
        with self.looks() as session:
            entries = session.scalars(select(JournalEntry.entry).where(JournalEntry.op_id.is_not(None)))
            clocks = [json.loads(entry)["clock"] for entry in entries]
            session.connection().engine.dispose()
        return [clock["offset_ms"] for clock in clocks if clock]

    def number(self, number: int) -> tuple[str, str | None]:
        """What the register says became of a number, and why."""
        with self.looks() as session:
            [row] = session.scalars(select(MinutesNumber).where(MinutesNumber.number == number))
            found = row.status, row.reason
            session.connection().engine.dispose()
        return found

    def quarantined(self) -> dict[str, str]:
        """What the server did not take, with its reason."""
        with self.looks() as session:
            found = {str(q.op_id): q.code for q in session.scalars(select(Quarantine))}
            session.connection().engine.dispose()
        return found
