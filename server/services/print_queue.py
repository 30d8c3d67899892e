"""What waits to be printed at the office: papers that no print is recorded of, filtered and paged by the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.inspections import InspectionSummary
from server.db.numbers import MinutesPaper, Series
from server.db.prints import DONE, OPEN, PaperPrint
from server.services import accounts, campaigns, paging
from server.services.wording import folded
from sync.paper_forms import FORMS
from sync.paper_words import VIETNAM
from sync.seal import number_text

PAGE_SIZE = 50
PRINTABLE = ("issued", "amended", "conflicting")
"""Papers that exist and are not void; of a `lost` one the server has no text."""
Papers = Select[MinutesPaper, str, str, str]
"""Papers with symbol of their series, name and address of their site."""
OLDEST = (MinutesPaper.issued_at, MinutesPaper.series, MinutesPaper.number, MinutesPaper.id)
HERE, TABLET = "here", "tablet"
ORIGINS = {HERE: "Phát hành tại cơ quan", TABLET: "Lập trên máy tính bảng"}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `on` is the day of issue."""

    series: str = ""
    campaign: str = ""
    form: str = ""
    origin: str = ""
    on: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        form, origin = given.get("form", ""), given.get("origin", "")
        return cls(
            series=paging.words(given.get("series", "")),
            campaign=paging.words(given.get("campaign", "")),
            form=form if form in FORMS else "",
            origin=origin if origin in ORIGINS else "",
            on=iso_day(given.get("on", "")),
            text=paging.words(given.get("q", "")),
            page=paging.asked(given.get("page", "")),
        )

    @property
    def fields(self) -> dict[str, str]:
        """The query string that says it, without the page."""
        return {"series": self.series, "campaign": self.campaign, "form": self.form, "origin": self.origin,
                "on": self.on, "q": self.text}  # fmt: skip

    @property
    def is_set(self) -> bool:
        """Whether anything is asked for."""
        return any(self.fields.values())


@dataclass(frozen=True, slots=True)
class Row:
    """One paper as lists of papers show it. `at_printer` = who has it in a batch that is not told done yet."""

    id: str
    text: str
    year: int
    form: str
    status: str
    source: str
    issued_at: str | None
    inspection_id: str | None
    site: str
    address: str
    campaign: str
    at_printer: str = ""
    batch_id: str = ""
    handling: str = ""
    """Where a certificate is (sync/handling); '' for any other paper."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue, and what may be chosen to narrow it."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    series: Sequence[tuple[str, str]]
    campaigns: Sequence[tuple[str, str, str]]


def queue(session: Session, wanted: Filter) -> Queue:
    """Return one page of the papers that wait, the oldest first."""
    base = select(MinutesPaper.id).where(*waiting(), *_asked(wanted))
    total = session.scalar(select(func.count()).select_from(base.subquery())) or 0
    page, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    shown = session.scalars(base.order_by(*OLDEST).slice(part.start, part.stop)).all()  # joined once it is short
    found = rows(session, described().where(MinutesPaper.id.in_(shown)).order_by(*OLDEST))
    books = session.execute(select(Series.series, Series.symbol).order_by(Series.symbol)).all()
    return Queue(found, total, page, pages, [(s, n) for s, n in books], campaigns.choices(session))


def waiting() -> tuple[ColumnElement[bool], ...]:
    """Say what waits: it may be printed, and no print of it is recorded."""
    done = select(PaperPrint.id).where(PaperPrint.minutes_id == MinutesPaper.id, PaperPrint.outcome.in_(DONE))
    return MinutesPaper.status.in_(PRINTABLE), ~done.exists()


def described() -> Papers:
    """Ask for papers with symbol, site and address."""
    query = select(MinutesPaper, Series.symbol, InspectionSummary.name, InspectionSummary.address)
    query = query.outerjoin(Series, Series.series == MinutesPaper.series)
    return query.outerjoin(InspectionSummary, InspectionSummary.id == MinutesPaper.inspection_id)


def rows(session: Session, query: Papers) -> list[Row]:
    """Return the papers that a query describes: in four questions, however many."""
    found = session.execute(query).all()
    keys = [("campaign", paper.campaign_id) for paper, *_ in found if paper.campaign_id]
    named = documents.many(session, keys)
    held = _at_printer(session, [paper.id for paper, *_ in found])
    made = []
    for paper, symbol, site, address in found:
        campaign = named.get(("campaign", paper.campaign_id or ""))
        who, batch = held.get(paper.id, ("", ""))
        made.append(
            Row(paper.id, number_text(paper.number, symbol or paper.series), paper.year, paper.form or "", paper.status,
                paper.source or "", paper.issued_at, paper.inspection_id, site or "", address or "",
                "" if campaign is None else str(campaign.state.get("code") or ""), who, batch, paper.handling)
        )  # fmt: skip
    return made


def iso_day(text: str) -> str:
    """Read an ISO day; anything else is none."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return ""


def bounds(day: str) -> tuple[datetime, datetime]:
    """Return when a day of Viet Nam begins and ends."""
    begins = datetime.combine(date.fromisoformat(day), datetime.min.time(), VIETNAM)
    try:
        return begins.astimezone(UTC), (begins + timedelta(days=1)).astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def matching(text: str) -> list[ColumnElement[bool]]:
    """Say what holds a search: every word stands in the site's or the paper's number, without diacritics."""
    return [InspectionSummary.search.contains(word, autoescape=True) for word in folded(text).split()[:8]]


def _asked(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:  # a set made once: joined, each of 30,000 papers fetched its inspection's row, twice for a page
        found.append(MinutesPaper.inspection_id.in_(select(InspectionSummary.id).where(*matching(wanted.text))))
    if wanted.series:
        found.append(MinutesPaper.series == wanted.series)
    if wanted.campaign:
        found.append(MinutesPaper.campaign_id == wanted.campaign)
    if wanted.form:
        found.append(MinutesPaper.form == wanted.form)
    if wanted.origin:
        found.append((MinutesPaper.source == "lease") == (wanted.origin == TABLET))
    if wanted.on:
        begins, ends = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in bounds(wanted.on))
        found += [MinutesPaper.issued_at >= begins, MinutesPaper.issued_at < ends]
    return found


def _at_printer(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    columns = PaperPrint.minutes_id, PaperPrint.started_by, PaperPrint.batch_id
    query = select(*columns).where(PaperPrint.minutes_id.in_(ids), PaperPrint.outcome == OPEN)
    names = accounts.names(session)
    return {
        id: (names.get(who, who), batch) for id, who, batch in session.execute(query.order_by(PaperPrint.started_at))
    }
