"""The real server as a driver of the model: HTTP through the test client, the office through its services, crashes between
any two statements, and backups of the whole database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import NullPool, create_engine, event, select, text, update
from sqlalchemy.orm import Session

from server.db.devices import Device
from server.db.documents import Document as DocumentRow
from server.db.journal import FeedRow, JournalEntry, Scope, ServerState
from server.db.numbers import MinutesNumber, NumberLease
from server.db.sync import Quarantine
from server.db.sync import Receipt as ReceiptRow
from server.db.uploads import Upload
from server.errors import Problem
from server.extensions import db
from server.services import grants, ledger, release, review, rules, tablets
from server.storage import open_store
from sync.inspection import ReviewItem
from sync.lease import Lease
from sync.world import Document, Receipt
from tests.builders import Kit, Office, Person
from tests.pictures import sha256
from tests.server.api.tus_wire import Tus
from tests.sync.model.driver import SERIES, YEAR, Forbidden, Gap, Kept, LeaseRow, Picture, Resync

REASON = "Đã xem xét"


class Crash(BaseException):
    """The process dies here: nothing between this and the operating system may catch it."""


class Database:
    """The whole database, copied and put back as the engine itself copies: triggers included."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self.engine = db.engine
        assert self.engine.url.database is not None
        self._name = self.engine.url.database

    def copy(self, name: str) -> str:
        """Copy everything that is committed to a database beside this one; return where it is."""
        saved = f"{self._name}_{name}"
        self._between(self._name, saved)
        return saved

    def put_back(self, saved: str) -> None:
        """Make the database what it was."""
        self._between(saved, self._name)

    def _between(self, one: str, other: str) -> None:
        self.engine.dispose()
        if self.engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(one)) as source, closing(sqlite3.connect(other)) as target:
                source.backup(target)
            return
        admin = create_engine(
            self.engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
        )
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{other}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{other}" TEMPLATE "{one}"'))


class RealDriver:
    """Drives a whole application. One of these lives through one example; `pristine` is the database before it."""

    def __init__(self, app: Flask, pristine: str) -> None:
        self.app = app
        self.database = Database(app)
        self.database.put_back(pristine)
        self.client = app.test_client()
        self.office = Office(app)
        self._people: dict[str, Person] = {}
        self._kits: dict[str, Kit] = {}
        self._supervisor = self.office.hires("supervisor", "Lê Thị Duyệt")
        self._saved: str | None = None
        self._sent: set[tuple[str, str]] = set()
        self.office.opens_series(SERIES)
        with self.office.transaction() as session:
            rules.remember_shipped(session, datetime.now(UTC))

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self.app.app_context(), Session(self.database.engine) as session:
            yield session

    def kit_of(self, device_id: str) -> Kit:
        """The tokens of a tablet."""
        return self._kits[device_id]

    def picture(self) -> Picture:
        with self._reading() as session:
            documents = {(d.kind, d.id): Document(d.kind, d.id, d.parent, d.scope, d.rev, {} if d.is_deleted else d.state, d.is_deleted)
                         for d in session.scalars(select(DocumentRow))}  # fmt: skip
            journal: dict[str, list[tuple[int, str, str]]] = {}
            for e in session.scalars(select(JournalEntry).order_by(JournalEntry.scope, JournalEntry.seq)):
                journal.setdefault(e.scope, []).append((e.seq, e.entry, e.hash))
            return Picture(
                epoch=ledger.epoch(session),
                documents=documents,
                journal=journal,
                heads={s.scope: (s.seq, s.head) for s in session.scalars(select(Scope))},
                feed={(f.scope, f.kind, f.id): (f.seq, f.item) for f in session.scalars(select(FeedRow))},
                receipts={r.op_id: Receipt(r.op_id, r.device_id, r.device_seq, r.digest, r.result)
                          for r in session.scalars(select(ReceiptRow))},
                quarantine=[Kept(q.id, q.device_id, q.op_id, q.digest, q.code, q.state, q.parent)
                            for q in session.scalars(select(Quarantine).order_by(Quarantine.received_at, Quarantine.id))],
                numbers={(n.series, n.year, n.number): (n.minutes_id, n.status)
                         for n in session.scalars(select(MinutesNumber))},
                leases=[_lease_row(row) for row in session.scalars(select(NumberLease))],
                bytes_of=self._bytes_of(session),
            )  # fmt: skip

    def _bytes_of(self, session: Session) -> dict[str, set[str]]:
        """Read back what was delivered: only whole files under their own hash count."""
        store = open_store(self.app.config["SETTINGS"].blob_url)
        found: dict[str, set[str]] = {}
        for upload in session.scalars(select(Upload).where(Upload.state == "complete")):
            with store.open(upload.sha256) as file:
                found.setdefault(upload.photo_id, set()).add(sha256(file.read()))
        return found

    def grants(self, device_id: str) -> frozenset[str]:
        with self._reading() as session:
            return grants.scopes_of(session, session.get_one(Device, device_id))

    # -- the office

    def hire(self, role: str) -> str:
        person = self.office.hires(role)
        self._people[person.id] = person
        return person.id

    def enrol(self, user_id: str, key: bytes) -> str:
        kit = self.office.enrols(self._people[user_id], key=Ed25519PrivateKey.from_private_bytes(key))
        self._kits[kit.device_id] = kit
        return kit.device_id

    def write(self, kind: str, id: str, scope: str, state: dict[str, Any], parent: str | None = None) -> None:
        self.office.records(kind, scope, state, id=id, parent=parent)

    def revoke(self, device_id: str) -> None:
        with self.office.transaction() as session:
            tablets.revoke(session, device_id, REASON, actor=self._supervisor.id, now=datetime.now(UTC))

    def review(self, inspection_id: str, decision: str, finding_ids: Sequence[str]) -> bool:
        items = tuple(ReviewItem(id, "Xem lại") for id in finding_ids)
        try:
            with self.office.transaction() as session:
                review.decide(session, inspection_id, review.Decision(decision, "Xem lại", items),
                              actor=self._supervisor.id, role="supervisor", now=datetime.now(UTC))  # fmt: skip
        except Problem:
            return False
        return True

    def release(self, quarantine_ids: Sequence[str]) -> None:
        with self.office.transaction() as session:
            release.release(session, quarantine_ids, actor=self._supervisor.id, reason=REASON, now=datetime.now(UTC))

    def discard(self, quarantine_id: str) -> None:
        with self.office.transaction() as session:
            release.discard(session, quarantine_id, actor=self._supervisor.id, reason=REASON, now=datetime.now(UTC))

    def backup(self) -> None:
        self._saved = self.database.copy("backup")

    def restore(self) -> None:
        if self._saved is None:
            return
        self.database.put_back(self._saved)
        self._sent.clear()
        with self.office.transaction() as session:
            epoch = update(ServerState).where(ServerState.key == "epoch")
            session.execute(epoch.values(value=uuid4().hex, changed_at=datetime.now(UTC)))

    # -- requests of tablets

    def _post(self, device_id: str, path: str, body: Any) -> dict[str, Any]:
        answer = self.client.post(f"/api/v1{path}", json=body, headers=self._kits[device_id].headers)
        said: dict[str, Any] = answer.get_json()
        match answer.status_code:
            case 409:
                raise Gap(int(said["next_device_seq"]))
            case 410:
                raise Resync
            case 403:
                raise Forbidden
        assert answer.status_code in {200, 201}, (answer.status_code, said)
        return said

    def push(self, device_id: str, ops: Sequence[Any], *, protocol: int = 1) -> dict[str, Any]:
        return self._post(device_id, "/sync/push", {"protocol": protocol, "epoch": "", "ops": list(ops)})

    def crash(self, device_id: str, ops: Sequence[Any], statement: int) -> None:
        with _dying_at(self.database.engine, statement):
            self.push(device_id, ops)

    def pull(self, device_id: str, cursor: str | None, limit: int) -> dict[str, Any]:
        return self._post(device_id, "/sync/pull", {"cursor": cursor, "limit": limit})

    def hello(self, device_id: str, lowest: int | None) -> dict[str, Any]:
        client = {"app": "model", "build": "1", "protocols": [1]}
        return self._post(device_id, "/sync/hello", {"client": client, "lowest_device_seq": lowest})

    def lease(self, device_id: str, count: int) -> LeaseRow:
        said = self._post(device_id, "/leases", {"series": SERIES, "year": YEAR, "count": count})
        return LeaseRow(said["id"], device_id, Lease(SERIES, YEAR, said["from"], said["to"]), False)

    def give_back(self, device_id: str, lease_id: str, first_unused: int) -> None:
        body = {"first_unused": first_unused}
        answer = self.client.post(f"/api/v1/leases/{lease_id}/return", json=body, headers=self._kits[device_id].headers)
        # 404: a lease that a restored server has forgotten; 409: a copy of the tablet has used one of the numbers
        assert answer.status_code in {200, 403, 404, 409}, answer.get_json()

    def upload(self, device_id: str, photo_id: str, sha256_hex: str, data: bytes) -> None:
        if (photo_id, sha256_hex) in self._sent:
            return
        answer = Tus(self.client, self._kits[device_id]).create(data, photo_id=photo_id, body=data)
        if answer.status_code != 403:
            assert answer.status_code == 201, answer.get_data(as_text=True)
            self._sent.add((photo_id, sha256_hex))


def _lease_row(row: NumberLease) -> LeaseRow:
    return LeaseRow(
        row.id, row.device_id, Lease(row.series, row.year, row.first, row.last), row.returned_at is not None
    )


@contextmanager
def _dying_at(engine: Any, statement: int) -> Iterator[None]:
    """Kill the process before its n-th statement, or at the commit that comes first."""
    left = [statement]

    def count(*_args: Any) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise Crash

    def at_commit(_connection: Any) -> None:
        raise Crash

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", at_commit)
    try:
        yield
    except Crash:
        pass
    finally:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", at_commit)
