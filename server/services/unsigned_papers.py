"""Minutes that wait for their signed copy: no photo of their signed pages has come, by age and by team."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from server.db.inspections import InspectionSummary
from server.db.numbers import MinutesPaper, Series
from server.services import accounts, campaigns, exports, paging
from server.services.exports import MOMENT, NUMBER, Column, Listed
from server.services.print_queue import OLDEST, PRINTABLE, matching
from server.services.wording import MINUTES_FORMS
from sync.clock import read_instant
from sync.paper_forms import FORMS
from sync.paper_words import local
from sync.seal import number_text

PAGE_SIZE = 50
AGES = (7, 15, 30, 60)
"""Days without a signed copy to choose from; no deadline in law is meant."""
MAX_REMINDED = 500
_OTHERS = sorted(code for code, form in FORMS.items() if not form.signed_at_site)
_Papers = Select[MinutesPaper, str, InspectionSummary]
_COLUMNS = (Column("Số", width=16), Column("Năm", NUMBER), Column("Loại"), Column("Cơ sở", width=36), Column("Địa chỉ", width=40),
            Column("Đợt"), Column("Người phụ trách"), Column("Phát hành", MOMENT), Column("Số ngày chờ", NUMBER))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `age` = at least so many days, `lead` an account."""

    age: int = 0
    lead: str = ""
    campaign: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        age = next((days for days in AGES if str(days) == given.get("age", "")), 0)
        return cls(age, paging.words(given.get("lead", "")), paging.words(given.get("campaign", "")),
                   paging.words(given.get("q", "")), paging.asked(given.get("page", "")))  # fmt: skip

    @property
    def fields(self) -> dict[str, str]:
        """The query string that says it, without the page."""
        return {"age": str(self.age or ""), "lead": self.lead, "campaign": self.campaign, "q": self.text}

    @property
    def is_set(self) -> bool:
        """Whether anything is asked for."""
        return any(self.fields.values())


@dataclass(frozen=True, slots=True)
class Row:
    """One paper that waits. `days` since it was issued."""

    id: str
    text: str
    year: int
    form: str
    inspection_id: str
    site: str
    address: str
    campaign: str
    lead: str
    issued_at: str | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list; `leads` = (account, name, papers) of all that wait."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    leads: Sequence[tuple[str, str, int]]
    campaigns: Sequence[tuple[str, str, str]]


def listing(session: Session, wanted: Filter, now: datetime) -> Listing:
    """Return one page, the oldest first."""
    where, names = _asked(wanted, now), accounts.names(session)
    counted = select(InspectionSummary.lead_user_id, func.count()).join(
        MinutesPaper, MinutesPaper.inspection_id == InspectionSummary.id
    )
    counted = counted.where(*_asked(Filter(), now)).group_by(InspectionSummary.lead_user_id)
    leads = [(lead, names.get(lead, "(chưa rõ)"), count) for lead, count in session.execute(counted)]
    if wanted.is_set:
        total = session.scalar(select(func.count()).select_from(_described(where).subquery())) or 0
    else:
        total = sum(count for _, _, count in leads)
    page, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    query = _described(where).order_by(*OLDEST).slice(part.start, part.stop)
    choices = campaigns.choices(session)
    return Listing(list(_rows(session, query, choices, now)), total, page, pages,
                   sorted(leads, key=lambda one: (-one[2], one[1])), choices)  # fmt: skip


def by_leader(session: Session, wanted: Filter, now: datetime) -> list[tuple[str, list[Row]]]:
    """Return what each leader is reminded of, the oldest first; at most MAX_REMINDED papers."""
    query = _described(_asked(wanted, now)).order_by(*OLDEST).limit(MAX_REMINDED)
    rows = sorted(_rows(session, query, campaigns.choices(session), now), key=lambda row: row.lead)
    return [(lead, list(found)) for lead, found in groupby(rows, key=lambda row: row.lead)]


def export(session: Session, wanted: Filter, now: datetime) -> Listed:
    """Return the whole list that the filter leaves."""
    query = _described(_asked(wanted, now)).order_by(*OLDEST).limit(exports.MAX_ROWS + 1)
    choices = campaigns.choices(session)
    rows = (
        (r.text, r.year, MINUTES_FORMS.get(r.form, r.form), r.site, r.address, r.campaign, r.lead, r.issued_at, r.days)
        for r in _rows(session, query, choices, now)
    )
    codes = {id: code for id, code, _ in choices}
    said = [("Chờ từ", f"{wanted.age} ngày" if wanted.age else ""), ("Đợt", codes.get(wanted.campaign, wanted.campaign)),
            ("Người phụ trách", accounts.names(session).get(wanted.lead, wanted.lead)), ("Tìm", wanted.text)]  # fmt: skip
    return Listed("bien-ban-cho-ban-ky", "Biên bản chờ bản ký", _COLUMNS, rows, [each for each in said if each[1]])


def _described(where: Sequence[ColumnElement[bool]]) -> _Papers:
    query = select(MinutesPaper, Series.symbol, InspectionSummary).where(*where)
    query = query.join(InspectionSummary, InspectionSummary.id == MinutesPaper.inspection_id)
    return query.outerjoin(Series, Series.series == MinutesPaper.series)


def _rows(session: Session, query: _Papers, choices: Sequence[tuple[str, str, str]], now: datetime) -> Iterator[Row]:
    names, codes = accounts.names(session), {id: code for id, code, _ in choices}
    today = local(now).date()
    for paper, symbol, summary in session.execute(query):
        at = read_instant(paper.issued_at)
        yield Row(paper.id, number_text(paper.number, symbol or paper.series), paper.year, paper.form or "", summary.id,
                  summary.name, summary.address, codes.get(summary.campaign_id, ""),
                  names.get(summary.lead_user_id, "(chưa rõ)"), paper.issued_at,
                  None if at is None else max(0, (today - local(at).date()).days))  # fmt: skip


def _asked(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [InspectionSummary.awaits_signed_paper.is_(True), MinutesPaper.status.in_(PRINTABLE),
             MinutesPaper.form.not_in(_OTHERS), *matching(wanted.text)]  # fmt: skip
    if wanted.age:
        until = (now - timedelta(days=wanted.age)).astimezone(UTC)
        found.append(MinutesPaper.issued_at <= f"{until:%Y-%m-%dT%H:%M:%SZ}")
    if wanted.lead:
        found.append(InspectionSummary.lead_user_id == wanted.lead)
    if wanted.campaign:
        found.append(InspectionSummary.campaign_id == wanted.campaign)
    return found
