"""Where one establishment of a campaign stands, from announcement to closed, and what is due next. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from server.services.days import day_of
from sync.paper_forms import FORMS
from sync.paper_measures import STANDING, standing_suspensions
from sync.paper_words import local

NOT_PLANNED, PLANNED, UNDER_WAY, UNSIGNED, TO_REVIEW, RETURNED = (
    "not_planned", "planned", "under_way", "unsigned", "to_review", "returned"
)  # fmt: skip
FOLLOWED, CLOSED, NOT_CARRIED_OUT = "followed", "closed", "not_carried_out"
STAGES: Mapping[str, str] = {
    NOT_PLANNED: "Chưa lên kế hoạch",
    PLANNED: "Chưa kiểm tra",
    UNDER_WAY: "Đang kiểm tra",
    UNSIGNED: "Chờ bản ký",
    TO_REVIEW: "Chờ duyệt",
    RETURNED: "Đã trả lại đoàn",
    FOLLOWED: "Đang theo dõi khắc phục",
    CLOSED: "Đã xong",
    NOT_CARRIED_OUT: "Không thực hiện",
}
FINISHED = frozenset({CLOSED, NOT_CARRIED_OUT})
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """One time limit that still runs: what is due, by which day. `is_sure` False = days off of that year are not known."""

    what: str
    on: date
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Visit:
    """One inspection of an establishment with what was recorded of it; `minutes` are {id, form, status, issued_at}."""

    id: str
    state: State
    minutes: Sequence[State] = ()
    requirements: Sequence[State] = ()
    measures: Sequence[State] = ()
    samples_waiting: int = 0
    has_signed_paper: bool = False
    has_open_case: bool = False
    dues: Sequence[Due] = field(default=())
    """Of its samples and cases; those of requirements are read here."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an establishment stands: `papers` the ids of its closing minutes, `dues` what still runs, the first to end first."""

    stage: str
    announced_on: date | None
    papers: Sequence[str]
    is_signed: bool
    requirements_open: int
    requirements_done: int
    suspended: int
    dues: Sequence[Due]

    def overdue(self, on: date) -> list[Due]:
        """Return what was due before a day."""
        return [due for due in self.dues if due.on < on]


def standing(visits: Sequence[Visit]) -> Standing:
    """Say where an establishment stands after its visits of one campaign, the oldest first."""
    requirements = [r for v in visits for r in v.requirements]
    open_ones = [r for r in requirements if r.get("state", "open") == "open"]
    papers = [m for v in visits for m in v.minutes if m.get("status") in STANDING]
    closing = [m for m in papers if _closes(m)]
    dues = [Due("khắc phục: " + str(r.get("text") or "").strip(), day)
            for r in open_ones if (day := day_of(r.get("due_on"))) is not None]  # fmt: skip
    suspended = len(standing_suspensions([m for v in visits for m in v.measures]))
    return Standing(
        stage=stage_of(visits, is_followed=bool(open_ones) or suspended > 0),
        announced_on=_announced(visits, papers),
        papers=[str(m.get("id")) for m in closing],
        is_signed=bool(visits) and all(v.has_signed_paper for v in visits if _is_closed(v)),
        requirements_open=len(open_ones),
        requirements_done=sum(r.get("state") == "done" for r in requirements),
        suspended=suspended,
        dues=sorted((*dues, *(due for v in visits for due in v.dues)), key=lambda due: (due.on, due.what)),
    )


def stage_of(visits: Sequence[Visit], *, is_followed: bool) -> str:
    """Return the earliest step that is not done: of the last visit, then of what all of them left open."""
    if not visits:
        return NOT_PLANNED
    last, status = visits[-1], visits[-1].state.get("status")
    early = {"planned": PLANNED, "in_progress": UNDER_WAY, "returned": RETURNED, "not_carried_out": NOT_CARRIED_OUT}
    if status in early:
        return early[str(status)]
    if not last.has_signed_paper:
        return UNSIGNED
    if status != "approved":
        return TO_REVIEW
    waits = is_followed or any(v.samples_waiting or v.has_open_case for v in visits)
    return FOLLOWED if waits else CLOSED


def _is_closed(visit: Visit) -> bool:
    return any(_closes(m) for m in visit.minutes if m.get("status") in STANDING)


def _closes(minutes: State) -> bool:
    form = FORMS.get(str(minutes.get("form")))
    return form is not None and form.closes


def _announced(visits: Sequence[Visit], papers: Sequence[State]) -> date | None:
    """Return when the decision was announced: as recorded, else when announcement minutes were signed."""
    said = [str(v.state["decision_announced_at"]) for v in visits if v.state.get("decision_announced_at")]
    signed = [str(m.get("issued_at")) for m in papers if m.get("form") == "announcement"]
    for at in (*said, *signed):
        try:
            return local(at).date()
        except ValueError:
            continue
    return None
