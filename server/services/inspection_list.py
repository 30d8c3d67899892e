"""The list of inspections: filtered by campaign, status and words without diacritics, counted, in pages, all by the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, literal_column, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.db import documents
from server.db.campaigns import CampaignMember
from server.db.inspections import InspectionSummary
from server.db.photos import count_used_again
from server.db.sync import Quarantine
from server.db.users import READS_ALL, User
from server.services import accounts, paging
from server.services.wording import INSPECTION_STATUSES, folded

PAGE_SIZE = 25
MAX_WORDS = 8
"""Words of a search that count; each is looked for in every row."""
Column = ColumnElement[str] | InstrumentedAttribute[str]
HELD = ("held", "quarantined")

COUNTED = ("mục không đạt", "phép đo chưa kết luận", "chỗ ghi khác nhau", "dữ liệu chờ xử lý", "ảnh cần xem lại", "ảnh dùng lại",
           "ảnh chưa gửi về", "biên bản cần xem lại")  # fmt: skip
"""What stands behind the number of each remark on a row."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all."""

    campaign: str = ""
    status: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, campaign: str, status: str, text: str, page: str) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        known = status if status in INSPECTION_STATUSES else ""
        return cls(paging.words(campaign), known, paging.words(text), paging.asked(page))


@dataclass(frozen=True, slots=True)
class Row:
    """One inspection as lists show it; `held` = operations in quarantine that name it, `used_again` = photos whose picture
    stands in another record, too."""

    summary: InspectionSummary
    campaign_code: str
    lead: str
    held: int
    used_again: int

    @property
    def id(self) -> str:
        """The inspection's id."""
        return self.summary.id

    @property
    def establishment(self) -> str:
        """The site's name."""
        return self.summary.name or "(chưa có tên cơ sở)"

    @property
    def remarks(self) -> list[str]:
        """What a supervisor has to look at before deciding, in words; none where the row shows nothing."""
        s = self.summary
        counts = (s.nonconforming, s.inconclusive, s.conflicts, self.held, s.odd_photos, self.used_again,
                  s.missing_photos, s.odd_papers)  # fmt: skip
        said = [f"{count} {words}" for count, words in zip(counts, COUNTED, strict=True) if count]
        return said + (["chờ bản ký"] if s.awaits_signed_paper else [])


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list. `counts` = by status, before the filter by status; `is_empty` = nothing to list at all."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    campaigns: Sequence[tuple[str, str, str]]
    is_empty: bool = field(default=False)


@dataclass(frozen=True, slots=True)
class Names:
    """What rows name but do not hold: people, and the campaigns that a person may read as (code, title)."""

    people: Mapping[str, str]
    campaigns: Mapping[str, tuple[str, str]]

    @classmethod
    def known_to(cls, session: Session, user: User) -> Names:
        """Read them once for a page."""
        visible = visible_campaigns(session, user)
        found = {
            d.id: (str(d.state.get("code")), str(d.state.get("title")))
            for d in documents.of_kind(session, "campaign")
            if visible is None or d.id in visible
        }
        return cls(accounts.names(session), found)

    def choices(self) -> list[tuple[str, str, str]]:
        """Return the campaigns to choose from, (id, code, title) by code."""
        return sorted(((id, code, title) for id, (code, title) in self.campaigns.items()), key=lambda c: c[1])


def visible_campaigns(session: Session, user: User) -> frozenset[str] | None:
    """Return the campaigns whose inspections a person may read; None = all."""
    if user.role in READS_ALL:
        return None
    return frozenset(session.scalars(select(CampaignMember.campaign_id).where(CampaignMember.user_id == user.id)))


def listing(session: Session, wanted: Filter, user: User) -> Listing:
    """Return one page of the inspections that a person may read."""
    names, mine = Names.known_to(session, user), readable(user)
    within = [mine, *holding(wanted.text, names)]
    if wanted.campaign:
        within.append(InspectionSummary.campaign_id == wanted.campaign)
    counts = counted(session, within)
    total = counts.get(wanted.status, 0) if wanted.status else sum(counts.values())
    page, pages, part = paging.placed(wanted.page, total, PAGE_SIZE)
    day: Column = InspectionSummary.planned_on
    status: Column = InspectionSummary.status
    if wanted.text:
        day, status = scanned(day), scanned(status)
    if wanted.status:
        within.append(status == wanted.status)
    found = part_of(session, within, (day.desc(), InspectionSummary.id.desc()), part) if total else []
    return Listing(
        rows=rows(session, found, names),
        total=total,
        page=page,
        pages=pages,
        counts={status: counts.get(status, 0) for status in INSPECTION_STATUSES},
        campaigns=names.choices(),
        is_empty=not counts and session.scalar(select(InspectionSummary.id).where(mine).limit(1)) is None,
    )


def readable(user: User) -> ColumnElement[bool]:
    """Return the condition for rows that a person may read."""
    if user.role in READS_ALL:
        return true()
    own = select(CampaignMember.campaign_id).where(CampaignMember.user_id == user.id)
    return InspectionSummary.campaign_id.in_(own)


def holding(text: str, names: Names) -> list[ColumnElement[bool]]:
    """Return the conditions for rows that hold every word: of the site, a paper's number, the campaign or the lead."""
    found = []
    for word in folded(text).split()[:MAX_WORDS]:
        leads = [id for id, name in names.people.items() if word in folded(name)]
        campaigns = [id for id, said in names.campaigns.items() if word in folded(" ".join(said))]
        found.append(
            or_(
                InspectionSummary.search.contains(word, autoescape=True),
                *([InspectionSummary.lead_user_id.in_(leads)] if leads else []),
                *([InspectionSummary.campaign_id.in_(campaigns)] if campaigns else []),
            )
        )
    return found


def counted(session: Session, within: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    """Count rows by status."""
    by = scanned(InspectionSummary.status)
    return dict(session.execute(select(by, func.count()).where(*within).group_by(by)).all())


def scanned(column: Column) -> ColumnElement[str]:
    """Return the value of a column as no index has it.

    Where words are looked for in every row, SQLite would else walk the index of the order that is asked for and fetch each
    row on its own: 116 ms for 40,000 instead of 22.
    """
    return column.concat(literal_column("''"))  # a parameter would be another expression in each clause


def part_of(
    session: Session, within: Sequence[ColumnElement[bool]], order: Sequence[ColumnElement[str]], part: slice
) -> list[InspectionSummary]:
    """Return the rows of one page: first which, then what they hold, so that nothing wide is sorted."""
    query = select(InspectionSummary.id).where(*within).order_by(*order).slice(part.start, part.stop)
    ids = session.scalars(query).all()
    whole = {s.id: s for s in session.scalars(select(InspectionSummary).where(InspectionSummary.id.in_(ids)))}
    return [whole[id] for id in ids]


def rows(session: Session, found: Sequence[InspectionSummary], names: Names) -> list[Row]:
    """Dress summaries as lists show them, with what stands beside them; one question of each kind for all."""
    ids = [s.id for s in found]
    query = select(Quarantine.inspection_id, func.count()).group_by(Quarantine.inspection_id)
    query = query.where(Quarantine.inspection_id.in_(ids), Quarantine.state.in_(HELD))
    held: dict[str | None, int] = dict(session.execute(query).all()) if ids else {}
    again = count_used_again(session, ids) if ids else {}
    return [
        Row(s, names.campaigns.get(s.campaign_id, ("", ""))[0], names.people.get(s.lead_user_id, ""), held.get(s.id, 0),
            again.get(s.id, 0))
        for s in found
    ]  # fmt: skip
