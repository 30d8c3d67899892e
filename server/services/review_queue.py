"""The review queue (duyệt hồ sơ): what waits for a decision, oldest first, filtered and counted by the database; neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, tuple_
from sqlalchemy.orm import Session

from server.db.inspections import InspectionSummary
from server.db.sync import Quarantine
from server.db.users import User
from server.services import inspection_list, paging
from server.services.inspection_list import HELD, Column, Names, Row, scanned
from server.services.wording import plain_text

PAGE_SIZE = 25
STATES = ("issued", "returned", "approved")
"""What was ever before a supervisor; `issued` waits for one."""
VERDICTS = ("conforming", "nonconforming", "inconclusive")
AGES = (3, 7, 15, 30, 60)
"""Days that something has waited at least."""
_S = InspectionSummary
_HELD = exists().where(Quarantine.inspection_id == _S.id, Quarantine.state.in_(HELD))
WARNINGS: Mapping[str, ColumnElement[bool]] = {
    "conflicts": _S.conflicts > 0,
    "held": _HELD,
    "photos": _S.odd_photos > 0,
    "missing": _S.missing_photos > 0,
    "papers": _S.odd_papers > 0,
    "unsigned": _S.awaits_signed_paper.is_(True),
}
ANY, NONE = "any", "none"
WARNED = (ANY, NONE, *WARNINGS)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all, but for `state`. `warning` is one of WARNINGS, `any` or `none`."""

    state: str = "issued"
    campaign: str = ""
    verdict: str = ""
    warning: str = ""
    age: int = 0
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""

        def one(name: str, among: Sequence[str]) -> str:
            return asked[name] if asked.get(name) in among else ""

        age = one("age", [str(days) for days in AGES])
        return cls(
            state=one("state", STATES) or "issued",
            campaign=paging.words(plain_text(asked.get("campaign", ""))),
            verdict=one("verdict", VERDICTS),
            warning=one("warning", WARNED),
            age=int(age) if age else 0,
            text=paging.words(plain_text(asked.get("q", ""))),
            page=paging.asked(asked.get("page", "")),
        )

    @classmethod
    def read(cls, query: str) -> Filter:
        """Read what `query` wrote: pages of inspections carry the queue that they were opened from."""
        try:
            return cls.of({name: values[0] for name, values in parse_qs(query, max_num_fields=20).items()})
        except ValueError:
            return cls()

    @property
    def fields(self) -> dict[str, str]:
        """The query's fields, without the page."""
        said = {"state": "" if self.state == "issued" else self.state, "campaign": self.campaign, "verdict": self.verdict,
                "warning": self.warning, "age": str(self.age or ""), "q": self.text}  # fmt: skip
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        """The filter as a query string."""
        return urlencode(self.fields)


@dataclass(frozen=True, slots=True)
class Queue:
    """One page. `counts` = by state, before the filter by state; `age_of` = whole days that a row has waited."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    campaigns: Sequence[tuple[str, str, str]]
    now: datetime

    def age_of(self, row: Row) -> int | None:
        """Return how many whole days ago the closing minutes were issued."""
        if not row.summary.issued_at:
            return None
        return max(0, (self.now - datetime.fromisoformat(row.summary.issued_at)).days)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where an inspection stands in a queue: its place counted from 1, the ones before and after it."""

    place: int
    total: int
    previous: str | None
    next: str | None


def listing(session: Session, wanted: Filter, user: User, now: datetime) -> Queue:
    """Return one page of the queue, the oldest first."""
    names = Names.known_to(session, user)
    within = _within(wanted, user, now, names)
    counts = inspection_list.counted(session, within)
    total = counts.get(wanted.state, 0)
    page, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    since, status = _S.issued_at, _status(wanted)
    order = (scanned(since) if wanted.text else since.asc(), _S.id.asc())
    found = inspection_list.part_of(session, [*within, status == wanted.state], order, part) if total else []
    return Queue(
        rows=inspection_list.rows(session, found, names),
        total=total,
        page=page,
        pages=pages,
        counts={state: counts.get(state, 0) for state in STATES},
        campaigns=names.choices(),
        now=now,
    )


def neighbours(session: Session, wanted: Filter, inspection_id: str, user: User, now: datetime) -> Neighbours:
    """Return what stands before and after an inspection in a queue, whether or not it (still) stands there itself."""
    names = Names.known_to(session, user) if wanted.text else Names({}, {})
    within = (*_within(wanted, user, now, names), _S.status == wanted.state)
    own = session.get(_S, inspection_id)
    here = ("", "") if own is None else (own.issued_at, own.id)
    place = tuple_(_S.issued_at, _S.id)
    before = select(_S.id).where(*within, place < here).order_by(_S.issued_at.desc(), _S.id.desc()).limit(1)
    after = select(_S.id).where(*within, place > here).order_by(_S.issued_at, _S.id).limit(1)
    ahead = session.scalar(select(func.count()).select_from(_S).where(*within, place < here)) or 0
    total = session.scalar(select(func.count()).select_from(_S).where(*within)) or 0
    return Neighbours(ahead + 1, total, session.scalar(before), session.scalar(after))


def _status(wanted: Filter) -> Column:
    return scanned(_S.status) if wanted.text else _S.status


def _within(wanted: Filter, user: User, now: datetime, names: Names) -> list[ColumnElement[bool]]:
    found = [inspection_list.readable(user), _status(wanted).in_(STATES), *inspection_list.holding(wanted.text, names)]
    if wanted.campaign:
        found.append(_S.campaign_id == wanted.campaign)
    if wanted.verdict:
        found.append(_S.verdict == wanted.verdict)
    if wanted.age:
        since = now.astimezone(UTC) - timedelta(days=wanted.age)
        issued = scanned(_S.issued_at) if wanted.text else _S.issued_at
        found.append(issued <= since.strftime("%Y-%m-%dT%H:%M:%SZ"))
    if wanted.warning in WARNINGS:
        found.append(WARNINGS[wanted.warning])
    elif wanted.warning == ANY:
        found.append(or_(*WARNINGS.values()))
    elif wanted.warning == NONE:
        found.append(and_(*(not_(condition) for condition in WARNINGS.values())))
    return found
