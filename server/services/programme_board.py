"""The year as months x activities: planned, under way, done, late, from campaigns, their inspections and a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from checklists import domains
from server.db import documents
from server.db.documents import Document
from server.db.programme import Activity, Programme
from server.errors import Problem, ProblemCode
from server.services import programme, programme_additions, programme_progress, programme_results
from server.services.campaign_kinds import KINDS
from server.services.days import day_of, month_bounds
from server.services.programme_progress import Progress

PLANNED, UNDER_WAY, DONE, LATE, OUTSIDE, WITHDRAWN = "planned", "under_way", "done", "late", "outside", "withdrawn"
STATES: Mapping[str, tuple[str, str, str]] = {
    LATE: ("!", "Trễ", "hết tháng mà chưa mở đợt, hoặc hết hạn mà còn cơ sở chưa kiểm tra"),
    UNDER_WAY: ("◐", "Đang thực hiện", "đợt đang chạy, còn cơ sở chưa kiểm tra"),
    PLANNED: ("○", "Theo kế hoạch", "chưa đến tháng, hoặc đợt chưa bắt đầu"),
    DONE: ("✓", "Xong", "mọi cơ sở của tháng đã có biên bản hoặc biên bản không thực hiện"),
    OUTSIDE: (
        "·",
        "Theo dõi ngoài",
        "không có danh mục kiểm tra hiện trường; xong khi có người ghi hoàn thành kèm văn bản",
    ),
    WITHDRAWN: ("–", "Đã rút", "nội dung phát sinh đã rút, giữ lại để đối chiếu"),
}
"""Symbol, word, and what it means: nothing is told by colour alone."""
_URGENT = (LATE, UNDER_WAY, PLANNED, DONE)
CORE, EDGE = "core", "edge"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all. `on` = the day against which months and periods are held."""

    on: date
    domain: str = ""
    kind: str = ""
    scope: str = ""
    state: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str], year: int, today: date) -> Filter:
        """Read a query string; what makes no sense is as if it were not there. A year that is over ends with its last day."""
        asked = day_of(args.get("on", "")) or min(today, date(year, 12, 31))

        def known(name: str, values: Any) -> str:
            value = args.get(name, "")
            return value if value in values else ""

        return cls(asked, known("domain", domains.load()), known("kind", KINDS), known("scope", (CORE, EDGE)),
                   known("state", STATES))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of an activity; `state` None = nothing planned. `planned`, `finished` count the month's visits."""

    month: int
    state: str | None
    planned: int = 0
    finished: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One activity of the year."""

    activity: Activity
    domain: str
    kind: str
    is_added: bool
    state: str
    cells: Sequence[Cell]
    campaigns: Sequence[Progress] = field(default=())
    results: Sequence[Document] = field(default=())
    """What was entered of an activity without a checklist (programme_results), struck out or not."""

    @property
    def sites(self) -> int:
        """Sites of all its campaigns."""
        return sum(c.sites for c in self.campaigns)

    @property
    def finished(self) -> int:
        """Sites where nothing is left to do."""
        return sum(c.finished for c in self.campaigns)

    @property
    def unit(self) -> str:
        """What its campaigns are counted by."""
        return " và ".join(dict.fromkeys(c.unit for c in self.campaigns)) or "cơ sở"


@dataclass(frozen=True, slots=True)
class Board:
    """The board of one programme. `counts` = rows by state, before the filter by state."""

    programme: Programme
    programmes: Sequence[Programme]
    rows: Sequence[Row]
    total: int
    counts: Mapping[str, int]
    domains: Sequence[tuple[str, str]]
    kinds: Sequence[tuple[str, str]]


def chosen(session: Session, programme_id: str) -> Programme | None:
    """Return the programme asked for, without a name the newest; None where none was imported."""
    if programme_id:
        return programme.existing(session, programme_id)
    return session.scalar(select(Programme).order_by(Programme.year.desc(), Programme.id).limit(1))


def board(session: Session, found: Programme, wanted: Filter) -> Board:
    """Return the year's activities, those of the file and those added since."""
    activities = [*programme.of_programme(session, found.id), *programme_additions.activities(session, found.id)]
    by_activity, results = _campaigns(session, found.id), programme_results.of_programme(session, found.id)
    every = [row_of(a, found.year, by_activity.get(a.code, ()), wanted.on, results.get(a.code, ())) for a in activities]
    rows = [row for row in every if _is_wanted(row, wanted)]
    counted = Counter(row.state for row in rows)
    shown = [row for row in rows if not wanted.state or row.state == wanted.state]
    return Board(
        programme=found, programmes=programme.every(session), rows=shown, total=len(every),
        counts={state: counted[state] for state in STATES if counted[state]},
        domains=sorted({(a.domain, domains.of(a.domain).title) for a in activities}, key=lambda d: d[1]),
        kinds=[(code, KINDS[code].title) for code in KINDS if any(a.kind == code for a in activities)],
    )  # fmt: skip


def one(session: Session, programme_id: str, code: str, on: date) -> Row:
    """Return one activity with its campaigns; 404 for one that is not there."""
    found = programme.existing(session, programme_id)
    activity = programme_additions.find(session, f"{programme_id}/{code}")
    if activity is None:
        raise Problem(ProblemCode.NOT_FOUND, "Chương trình công tác không có hoạt động này.")
    results = programme_results.of_programme(session, programme_id).get(code, ())
    return row_of(activity, found.year, _campaigns(session, programme_id, code).get(code, ()), on, results)


def row_of(
    activity: Activity, year: int, campaigns: Sequence[Progress], on: date, results: Sequence[Document] = ()
) -> Row:
    """Judge one activity of a year against a day."""
    is_added = "addition" in activity.data or not activity.data.get("occurrences")
    has_checklist = bool(domains.of(activity.domain).checklists)
    entered = programme_results.standing_months(results)
    if programme_additions.is_withdrawn(activity):
        cells = [Cell(m, WITHDRAWN if m in activity.months else None) for m in range(1, 13)]
    else:
        cells = [
            Cell(m, DONE) if m in entered else _cell(activity, year, m, campaigns, on, has_checklist)
            for m in range(1, 13)
        ]
    state = _state(cells, campaigns, is_tracked=has_checklist)
    if state == DONE and not has_checklist and not activity.months and 12 not in entered:
        state = UNDER_WAY  # a standing task goes on until the end of the year
    return Row(
        activity,
        domains.of(activity.domain).title,
        KINDS[activity.kind].title,
        is_added,
        state,
        cells,
        campaigns,
        results,
    )


def _cell(
    activity: Activity, year: int, month: int, campaigns: Sequence[Progress], on: date, has_checklist: bool
) -> Cell:
    first, last = month_bounds(year, month)
    here = [c for c in campaigns if c.starts_on <= last and c.ends_on >= first]
    if here:
        visits = [c.months[year, month] for c in here if (year, month) in c.months]
        states = {_standing(c, year, month, on) for c in here}
        return Cell(month, _mixed(states), sum(v.planned for v in visits), sum(v.finished for v in visits))
    if month not in activity.months:
        return Cell(month, None)
    if not has_checklist:
        return Cell(month, OUTSIDE)
    if last >= on or activity.data.get("on_request"):  # on request: no month without one is late
        return Cell(month, PLANNED)
    if campaigns and _phases(activity, month) and _phases(activity, month) <= {"plan", "found_team"}:
        return Cell(month, DONE)  # the programme asks only for the plan here, and its campaign was opened
    return Cell(month, LATE)


def _standing(campaign: Progress, year: int, month: int, on: date) -> str:
    """Say where one campaign stands in one month."""
    first, last = month_bounds(year, month)
    visits = campaign.months.get((year, month))
    if campaign.is_complete or (visits is not None and visits.finished == visits.planned):
        return DONE
    missed = visits is not None and visits.finished < visits.planned
    if campaign.ends_on < on or (missed and last < on):
        return LATE
    begun = campaign.begun > 0 and first <= on if visits is None else visits.begun > 0
    return UNDER_WAY if begun else PLANNED


def _mixed(states: set[str]) -> str:
    """Of several: anything late is late; done and planned together are under way."""
    if LATE in states:
        return LATE
    return next(iter(states)) if len(states) == 1 else UNDER_WAY


def _state(cells: Sequence[Cell], campaigns: Sequence[Progress], *, is_tracked: bool) -> str:
    states = {cell.state for cell in cells if cell.state is not None}
    if states & {WITHDRAWN} or states == {OUTSIDE} or (not states and not is_tracked):
        return WITHDRAWN if states & {WITHDRAWN} else OUTSIDE
    if OUTSIDE in states:  # some of its months were entered as done
        return UNDER_WAY
    if not states:  # a standing task that the programme gives no month, and no campaign of it yet
        return PLANNED
    if states == {PLANNED} and any(c.begun for c in campaigns):
        return UNDER_WAY
    return _mixed({s for s in states if s in _URGENT})


def _phases(activity: Activity, month: int) -> set[str]:
    return {str(o.get("phase")) for o in activity.data.get("occurrences") or () if o.get("month") == month}


def _campaigns(session: Session, programme_id: str, code: str | None = None) -> dict[str, list[Progress]]:
    """The campaigns of each activity, with how far they have come."""
    named = {}
    for campaign in documents.of_kind(session, "campaign"):
        owner, _, activity = str(campaign.state.get("programme_activity") or "").partition("/")
        if owner == programme_id and code in (None, activity):
            named[campaign.id] = campaign
    found: dict[str, list[Progress]] = defaultdict(list)
    for progress in programme_progress.of_campaigns(session, list(named.values()), count_minutes=code is not None):
        found[str(named[progress.id].state["programme_activity"]).partition("/")[2]].append(progress)
    return found


def _is_wanted(row: Row, wanted: Filter) -> bool:
    activity = row.activity
    return (
        (not wanted.domain or activity.domain == wanted.domain)
        and (not wanted.kind or activity.kind == wanted.kind)
        and (not wanted.scope or activity.is_core == (wanted.scope == CORE))
    )
