"""Many tablets push at once while others pull; what a tablet missed, and what is wrong with the numbers, is told."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from server.db.journal import FeedRow, JournalEntry, Scope
from tests.builders import Kit, Office
from tests.server.api.wire import Client, Wire, new_id

AREAS = ("07213", "07375")
SCOPES = tuple(f"area:{area}" for area in AREAS)
Connect = Callable[[], Client]


@dataclass(frozen=True)
class HttpAnswer:
    """What came back over HTTP."""

    status_code: int
    data: bytes

    def get_json(self) -> Any:
        """Parse it."""
        return json.loads(self.data)

    def get_data(self, *, as_text: bool = False) -> str | bytes:
        """Give it as it is."""
        return self.data.decode() if as_text else self.data


@dataclass(frozen=True)
class HttpClient:
    """A client of a served server, a new connection for each request as over a radio link."""

    url: str

    def get(self, path: str, /, **request: Any) -> HttpAnswer:
        """GET with `headers`."""
        return self._ask("GET", path, None, request["headers"])

    def post(self, path: str, /, **request: Any) -> HttpAnswer:
        """POST `json` with `headers`."""
        headers = {**request["headers"], "Content-Type": "application/json"}
        return self._ask("POST", path, json.dumps(request["json"]).encode(), headers)

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> HttpAnswer:
        where = urlsplit(self.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=120)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return HttpAnswer(answer.status, answer.read())
        finally:
            connection.close()


@dataclass
class Team:
    """Inspectors of one campaign over two areas; each has a tablet and a site of its own in both."""

    kits: list[Kit]
    sites: list[dict[str, str]]
    """By area."""

    @classmethod
    def of(cls, office: Office, size: int) -> Team:
        """Set the scene up."""
        people = [office.hires("team_leader" if n == 0 else "inspector", f"Người số {n}") for n in range(size)]
        sites = [{area: office.registers_establishment(area, f"Cửa hàng {n}") for area in AREAS} for n in range(size)]
        targets = [site for own in sites for site in own.values()]
        office.opens_campaign(people[0], people[1:], establishments=targets)
        return cls([office.enrols(person) for person in people], sites)


@dataclass
class Writer:
    """A tablet that pushes batch after batch: new instruments, its own sites again and again, others' sites now and then."""

    wire: Wire
    team: Team
    own: dict[str, str]
    chance: random.Random
    revs: dict[str, int] = field(default_factory=dict)

    def batch(self, size: int) -> list[dict[str, Any]]:
        """Build operations in both areas, in no particular order."""
        ops = [self._instrument(self.chance.choice(AREAS)) for _ in range(size - 3)]
        ops += [self._own_site(area) for area in AREAS]
        ops.append(self._foreign_site(self.chance.choice(AREAS)))
        self.chance.shuffle(ops)
        for seq, op in enumerate(ops, self.wire.seq - size + 1):
            op["device_seq"] = seq
        return ops

    def _instrument(self, area: str) -> dict[str, Any]:
        said = {"establishment_id": self.own[area], "type": "fuel_dispenser", "serial": new_id()[-6:]}
        return self.wire.op("instrument", new_id(), "create", f"area:{area}", said, parent=self.own[area])

    def _own_site(self, area: str) -> dict[str, Any]:
        site = self.own[area]
        said = {"phone": str(self.chance.randrange(10**9))}
        return self.wire.op("establishment", site, "patch", f"area:{area}", said, base_rev=self.revs.get(site, 1))

    def _foreign_site(self, area: str) -> dict[str, Any]:
        """What everybody writes alike: rows that all wait for, and no conflict."""
        site = self.chance.choice(self.team.sites)[area]
        return self.wire.op(
            "establishment", site, "patch", f"area:{area}", {"address": "Xã Song Mai"}, base={"address": None}
        )

    def pushes(self, rows: int, size: int) -> None:
        """Deliver this many operations; every one must be taken."""
        while rows > 0:
            ops = self.batch(min(size, max(rows, 4)))
            for op, result in zip(ops, self.wire.push(*ops)["results"], strict=True):
                assert result["status"] in {"applied", "merged"}, result
                if op["kind"] == "establishment":
                    self.revs[op["id"]] = result["rev"]
            rows -= len(ops)


@dataclass
class Reader:
    """A tablet that pulls and pulls, and remembers what it was told."""

    wire: Wire
    limit: int
    seen: dict[tuple[str, str, str], int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    _last: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _revs: dict[tuple[str, str], int] = field(default_factory=dict)

    def pulls(self) -> None:
        """Take what is new; order and revisions only ever rise (I5)."""
        for item in self.wire.pull(self.limit):
            scope, seq, kind, id = item["scope"], item["seq"], item["kind"], item["id"]
            if seq <= self._last[scope]:
                self.faults.append(f"{scope}: {seq} after {self._last[scope]}")
            if item["rev"] < self._revs.get((kind, id), 0):
                self.faults.append(f"{kind} {id} went back to revision {item['rev']}")
            self._last[scope] = seq
            self._revs[kind, id] = item["rev"]
            self.seen[scope, kind, id] = seq


@dataclass
class Hammer:
    """Writers and readers on one server."""

    connect: Connect
    team: Team
    readers: list[Reader]

    @classmethod
    def of(cls, connect: Connect, office: Office, *, writers: int = 8, readers: int = 3) -> Hammer:
        """Enrol everybody."""
        team = Team.of(office, writers)
        watching = [Reader(Wire(connect(), office.enrols(team.kits[n].user)), limit) for n, limit in
                    zip(range(readers), (500, 37, 1000), strict=True)]  # fmt: skip
        return cls(connect, team, watching)

    def runs(self, rows: int, *, size: int = 40) -> None:
        """Push this many rows in all while the readers pull; raises what any of them met."""
        done = threading.Event()
        errors: list[BaseException] = []

        def push(writer: Writer) -> None:
            writer.pushes(rows // len(self.team.kits), size)

        def watch(reader: Reader) -> None:
            while not done.is_set():
                reader.pulls()

        def note(work: Callable[..., None], who: Writer | Reader) -> None:
            try:
                work(who)
            except BaseException as error:  # noqa: BLE001  # a thread's error must reach the test
                errors.append(error)

        pushing = [threading.Thread(target=note, args=(push, writer)) for writer in self._writers()]
        watching = [threading.Thread(target=note, args=(watch, reader)) for reader in self.readers]
        for thread in (*watching, *pushing):
            thread.start()
        for thread in pushing:
            thread.join()
        done.set()
        for thread in watching:
            thread.join()
        if errors:
            raise errors[0]

    def _writers(self) -> Iterator[Writer]:
        for n, kit in enumerate(self.team.kits):
            yield Writer(Wire(self.connect(), kit), self.team, self.team.sites[n], random.Random(n))

    def faults(self, session: Session) -> list[str]:
        """Let the readers pull once more, then tell whatever they missed and what is wrong with the numbering (I4, I5)."""
        for reader in self.readers:
            reader.pulls()
        return [*_numbering(session), *(fault for reader in self.readers for fault in _missed(session, reader))]


def _numbering(session: Session) -> Iterator[str]:
    """Every scope counts 1, 2, 3 … without a gap or a repeat, and its counter stands at the last."""
    for scope, standing in session.execute(select(Scope.scope, Scope.seq)):
        seqs = list(
            session.scalars(select(JournalEntry.seq).where(JournalEntry.scope == scope).order_by(JournalEntry.seq))
        )
        if seqs != list(range(1, len(seqs) + 1)):
            yield f"{scope}: gaps or repeats among {len(seqs)} numbers up to {seqs[-1]}"
        if seqs and standing != seqs[-1]:
            yield f"{scope}: counter at {standing}, last entry {seqs[-1]}"


def _missed(session: Session, reader: Reader) -> Iterator[str]:
    yield from reader.faults
    rows: Sequence[Any] = session.execute(
        select(FeedRow.scope, FeedRow.kind, FeedRow.id, FeedRow.seq).where(FeedRow.scope.in_(SCOPES))
    ).all()
    assert rows
    for scope, kind, id, seq in rows:
        if reader.seen.get((scope, kind, id)) != seq:
            yield f"{scope}: {kind} {id} at {seq} missed, seen at {reader.seen.get((scope, kind, id))}"


@contextmanager
def open_foreign_transactions(database_url: str) -> Iterator[None]:
    """Leave two transactions of somebody else open: one has written elsewhere, one also reads an old snapshot (I16)."""
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    write = "INSERT INTO series (series, symbol, organisation_id, basis) VALUES (%s, 'x', 'x', '')"
    with psycopg.connect(url) as writing, psycopg.connect(url) as reading:
        writing.execute(write, ["ngoài"])
        reading.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        (before,) = reading.execute("SELECT count(*) FROM journal").fetchone() or (0,)
        reading.execute(write, ["ngoài-2"])
        yield
        assert reading.execute("SELECT count(*) FROM journal").fetchone() == (before,)
        assert {c.info.transaction_status for c in (writing, reading)} == {TransactionStatus.INTRANS}
        writing.rollback()
        reading.rollback()
