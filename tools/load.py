"""`make load`: a field day of forty tablets, a first morning of five hundred, and what a long journal costs.

Prints tables (CPU from the operating system, medians of the runs); asserts only that every tablet got through.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import orjson
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import select

from checklists import catalog
from server.db.users import User
from server.demo import load as demo
from server.demo.link import Answer, Link
from server.demo.pictures import jpeg
from server.demo.tablet import API, Tablet
from server.extensions import db
from server.services import ledger
from server.web.transaction import writing
from sync.feed import Change
from tests.builders import Kit, Office, Person
from tools.served import ENGINES, Served, served

AT_ONCE = 8
TABLETS, INSPECTIONS, FINDINGS, PHOTOS, PHOTO_BYTES = 40, 10, 25, 30, 300_000
MORNING, WITHIN_S = 500, 60
MORNING_SITES = 5_000
JOURNALS = (10_000, 100_000, 1_000_000)


@dataclass
class Timed:
    """A link that notes how long each request took and what its answer weighed."""

    link: Link
    took: list[tuple[str, float, int]] = field(default_factory=list)

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send one request."""
        begun = time.monotonic()
        answer = self.link(method, path, headers, body)
        self.took.append((path.removeprefix(API), time.monotonic() - begun, len(answer.body)))
        return answer


@dataclass
class Carried:
    """A tablet in an inspector's hands with the inspections planned for them."""

    tablet: Tablet
    link: Timed
    inspections: list[str] = field(default_factory=list)

    def pulls(self) -> None:
        """The first sync of a day."""
        self.tablet.says_hello()
        self.tablet.pulls()
        mine = self.tablet.user["id"]
        plans = sorted(id for (kind, id), d in self.tablet.documents.items()
                       if kind == "inspection" and d["state"].get("lead_user_id") == mine)  # fmt: skip
        self.inspections = plans[:INSPECTIONS]

    def pushes(self) -> None:
        """A day's findings in one go."""
        for inspection in self.inspections:
            for pin, item, ordinal in _items(self.tablet, inspection, FINDINGS):
                self.tablet.answers(inspection, pin, item, "conforming", ordinal=ordinal, values={}, rows=[],
                                    note="Đã kiểm tra", photo_ids=[])  # fmt: skip
        statuses = {result["status"] for result in self.tablet.pushes()}
        assert statuses == {"applied"}, statuses

    def photographs(self) -> None:
        """The day's photos: records in one push, bytes one request each."""
        base = jpeg("x", datetime.now(UTC), (800, 600))
        for number in range(PHOTOS):
            data = base + os.urandom(PHOTO_BYTES - len(base))  # each another: known bytes need not come again
            self.tablet.photographs(self.inspections[number % len(self.inspections)], None, data)
        self.tablet.pushes()
        for photo in self.tablet.photos.values():
            self.tablet.sends_whole(photo)

    def pulls_again(self) -> None:
        """What came of the day's work."""
        self.tablet.pulls()
        assert all(self.tablet.is_complete(photo) for photo in self.tablet.photos)

    def finds_nothing(self) -> None:
        """Ten pulls with nothing new."""
        for _ in range(10):
            assert self.tablet.pulls() == 0


def _items(tablet: Tablet, inspection: str, count: int) -> Iterator[tuple[dict[str, Any], str, int]]:
    pins = tablet.documents["inspection", inspection]["state"]["checklists"]
    pairs = [(pin, item.key) for pin in pins for section in catalog.load().get(pin["code"], pin["version"]).sections
             for item in section.items if item.type == "answer"]  # fmt: skip
    for n in range(count):
        pin, key = pairs[n % len(pairs)]
        yield pin, key, n // len(pairs)


def hand_out(here: Served, count: int) -> list[Carried]:
    """Enrol a tablet for each inspector."""
    office = Office(here.app)
    with here.app.app_context():
        people = [Person(u.id, u.username, u.full_name, u.role)
                  for u in db.session.scalars(select(User).where(User.role == "inspector").order_by(User.username))]  # fmt: skip
        db.session.remove()
    return [_carried(here, office.enrols(person)) for person in people[:count]]


def _carried(here: Served, kit: Kit) -> Carried:
    link = Timed(Link(here.live.url))
    tablet = Tablet(link, lambda: datetime.now(UTC), key=kit.key, token=kit.token)
    tablet.user = {"id": kit.user.id}
    return Carried(tablet, link)


def fill(here: Served, **counts: int) -> None:
    """Load the demo's programme with as many sites and people as asked."""
    with here.app.app_context(), writing(db.session) as session:
        demo.load(session, at=datetime.now(UTC), **counts)


def phase(here: Served, work: Sequence[Callable[[], None]], at_once: int = AT_ONCE) -> tuple[float, float]:
    """Do the work, so many at a time; return the CPU seconds of gunicorn and of the database."""
    server, database = here.cpu(), here.database_cpu()
    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(job) for job in work]:
            done.result()
    return here.cpu() - server, here.database_cpu() - database


def field_day(here: Served, tell: Callable[[str], None]) -> dict[str, str]:
    """Forty tablets, eight at a time: pull, push, photos, pull again."""
    tell("nạp dữ liệu")
    fill(here, establishment_count=400, inspector_count=TABLETS, inspections_each=INSPECTIONS)
    tablets = hand_out(here, TABLETS)
    rest = here.memory_mb()
    spent: dict[str, tuple[float, float]] = {}
    for name in ("pulls", "pushes", "photographs", "pulls_again", "finds_nothing"):
        tell(name)
        spent[name] = phase(here, [getattr(each, name) for each in tablets])
    records = sum(len(each.inspections) for each in tablets) * FINDINGS
    documents = sum(len(each.tablet.documents) for each in tablets) / len(tablets)
    pushes = [took for each in tablets for path, took, _ in each.link.took if path == "/sync/push"]
    empty = [size for each in tablets for path, _, size in each.link.took[-10:] if path == "/sync/pull"]
    photos, pulls = TABLETS * PHOTOS, TABLETS * 10
    a_day = sum(sum(pair) for name, pair in spent.items() if name != "finds_nothing")
    return {
        "lần tải đầu (hello + pull)": _each(spent["pulls"], TABLETS) + f" · {documents:.0f} tài liệu",
        "gửi, mỗi bản ghi": _each(spent["pushes"], records),
        "ảnh 300 KB, cả bản ghi": _each(spent["photographs"], photos),
        "tải lại sau khi gửi": _each(spent["pulls_again"], TABLETS),
        "tải khi không có gì mới": _each(spent["finds_nothing"], pulls) + f" · {statistics.median(empty):.0f} byte",
        "cả ngày của một máy": f"{a_day / TABLETS:.2f} s",
        "push p50 / p99 (8 máy cùng lúc)": f"{_centile(pushes, 50):.0f} / {_centile(pushes, 99):.0f} ms",
        "bộ nhớ khi nghỉ / cao nhất": f"{rest:.0f} / {here.peak_mb():.0f} MB",
    }


def first_morning(here: Served, tell: Callable[[str], None]) -> dict[str, str]:
    """Five hundred tablets within a minute, each pulling everything of its campaign."""
    tell(f"nạp {MORNING_SITES} cơ sở")
    fill(here, establishment_count=MORNING_SITES, inspector_count=MORNING, inspections_each=2)
    tablets = hand_out(here, MORNING)
    begun = time.monotonic()

    def sync(place: int, each: Carried) -> tuple[float, int]:
        time.sleep(max(0.0, begun + place * WITHIN_S / MORNING - time.monotonic()))
        start, count, cursor, more = time.monotonic(), 0, None, True
        each.tablet.says_hello()
        while more:
            body = orjson.dumps({"cursor": cursor, "limit": 1000})
            headers = {"Authorization": f"Bearer {each.tablet.token}", "Content-Type": "application/json",
                       "Accept-Encoding": "gzip"}  # fmt: skip
            answer = each.link("POST", f"{API}/sync/pull", headers, body)
            assert answer.status == 200, answer.body[:300]
            zipped = answer.headers.get("content-encoding") == "gzip"
            page = orjson.loads(gzip.decompress(answer.body) if zipped else answer.body)
            count, cursor, more = count + len(page["items"]), page["cursor"], page["more"]
        return time.monotonic() - start, count

    tell(f"{MORNING} máy trong {WITHIN_S} s")
    server = here.cpu()
    with ThreadPoolExecutor(128) as pool:
        found = list(pool.map(sync, range(MORNING), tablets))
    took = [seconds for seconds, _ in found]
    return {
        "buổi sáng đầu: p50 / p95": f"{_centile(took, 50) / 1000:.2f} / {_centile(took, 95) / 1000:.2f} s",
        "buổi sáng đầu: tài liệu mỗi máy": f"{statistics.median(count for _, count in found):.0f}",
        "buổi sáng đầu: CPU mỗi máy": f"{(here.cpu() - server) / MORNING * 1000:.0f} ms",
        "buổi sáng đầu: bộ nhớ cao nhất": f"{here.peak_mb():.0f} MB",
    }


def long_journal(engine: str, tell: Callable[[str], None], lengths: Sequence[int]) -> dict[str, str]:
    """Pulls with 10^4, 10^5, 10^6 entries in the journal, about the same documents, from one server each.

    The servers are asked in turn: a core counts up to twice the time for the same work when its neighbour is busy.
    """
    with ExitStack() as stack:
        asked = [_long(stack.enter_context(served(engine)), length, tell) for length in lengths]
        tell("tải lần lượt từ từng máy chủ")
        nothing = _in_turn(asked, lambda one: one.tablet.pulls(), 60)
        first = _in_turn(asked, _anew, 6)
    return {
        f"nhật ký {length:,} mục".replace(",", "."):
            f"{none:.2f} ms (×{none / nothing[0]:.2f}) không có gì mới, {all:.1f} ms (×{all / first[0]:.2f}) tải từ đầu"
        for length, none, all in zip(lengths, nothing, first, strict=True)
    }  # fmt: skip


def _long(here: Served, length: int, tell: Callable[[str], None]) -> tuple[Served, Carried]:
    """Write a journal of this length, and give the tablet that has pulled what came of it."""
    fill(here, establishment_count=100, inspector_count=3, inspections_each=5)
    one = hand_out(here, 1)[0]
    one.tablet.pulls()
    kept = [
        (id, d["scope"], dict(d["state"])) for (kind, id), d in one.tablet.documents.items() if kind == "instrument"
    ]
    tell(f"viết nhật ký tới {length:,} mục".replace(",", "."))
    written, revs = 0, dict.fromkeys((id for id, _, _ in kept), 1)
    while written < length:
        written += _rewrite(here, kept, revs, written)
    one.tablet.pulls()
    return here, one


def _in_turn(
    asked: Sequence[tuple[Served, Carried]], work: Callable[[Carried], Any], times: int, rounds: int = 10
) -> list[float]:
    """The CPU in ms of gunicorn and database that one piece of work costs each server, on the average of all rounds."""
    spent = [0.0] * len(asked)
    for _ in range(rounds):
        for place, (here, one) in enumerate(asked):
            before = here.cpu() + here.database_cpu()
            for _ in range(times):
                work(one)
            spent[place] += here.cpu() + here.database_cpu() - before
    return [seconds / rounds / times * 1000 for seconds in spent]


def _rewrite(here: Served, kept: list[tuple[str, str, dict[str, Any]]], revs: dict[str, int], written: int) -> int:
    """Change the same instruments again, a thousand entries in a transaction."""
    changes = []
    for n in range(1000):
        id, scope, state = kept[(written + n) % len(kept)]
        revs[id] += 1
        said = {"certificate_number": f"KĐ-{written + n}"}
        changes.append(Change(op_id=None, kind="instrument", id=id, parent=state["establishment_id"], scope=scope,
                              old_scope=None, type="patch", taken=said, lost={}, state={**state, **said}, rev=revs[id],
                              actor="bench", device=None, at=None, clock=None))  # fmt: skip
    with here.app.app_context(), writing(db.session) as session:
        ledger.record(session, changes, datetime.now(UTC))
    return len(changes)


def _anew(one: Carried) -> None:
    one.tablet.cursor = None
    one.tablet.pulls()


def _each(spent: tuple[float, float], count: int) -> str:
    server, database = (seconds / count * 1000 for seconds in spent)
    return f"{server:.2f} ms" + (f" + {database:.2f} ms" if database else "")


def _centile(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)] * 1000


def _say(bar: Progress, task: TaskID, engine: str, text: str) -> None:
    bar.update(task, description=f"{engine}: {text}")


def main() -> None:
    """Measure and print."""
    reader = argparse.ArgumentParser(description="Đo tải: một ngày đi kiểm tra, buổi sáng đầu, nhật ký dài.")
    reader.add_argument("--engine", choices=ENGINES, action="append", help="chỉ đo trên một cơ sở dữ liệu")
    reader.add_argument("--quick", action="store_true", help="bỏ buổi sáng đầu và nhật ký một triệu mục")
    given = reader.parse_args()
    lengths = JOURNALS[:2] if given.quick else JOURNALS
    parts = [field_day] if given.quick else [field_day, first_morning]
    columns: dict[str, dict[str, str]] = {}
    console = Console()
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("")
        for engine in given.engine or ENGINES:
            tell = partial(_say, bar, task, engine)
            column = columns.setdefault(engine, {})
            for part in parts:
                with served(engine) as here:
                    column |= part(here, tell)
            column |= long_journal(engine, tell, lengths)
    table = Table("việc", *columns, title="CPU của máy chủ (+ của PostgreSQL), trên gunicorn thật, ghi bền (fsync)")
    for name in next(iter(columns.values())):
        table.add_row(name, *(column.get(name, "") for column in columns.values()))
    console.print(table)


if __name__ == "__main__":
    main()
