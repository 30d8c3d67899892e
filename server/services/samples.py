"""Samples as the office sees them: where each one is, which seals were used twice, what waits for whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import paging, work_calendar
from server.services.inspection_list import visible_campaigns
from server.services.wording import SAMPLE_STAGES, folded
from server.services.working_days import Calendar
from sync import samples
from sync.paper_samples import name_of

PAGE_SIZE = 50
WAITING = ("to_send", "awaited")
_STANDING = frozenset({"issued", "amended"})
State = Mapping[str, Any]
_D, _S = Document.__table__.c, InspectionSummary.__table__.c
_RESULTS = select(_D.id, _D.state).where(_D.kind == "lab_result", _D.is_deleted.is_(False))
_TAKEN = (
    select(_D.id, _S.id, _S.campaign_id, _S.name, _D.state)
    .join_from(Document, InspectionSummary, _S.id == _D.parent)
    .where(_D.kind == "sample", _D.is_deleted.is_(False))
)
_SEALS = (
    select(_D.id, _S.id, _S.campaign_id, _D.state)
    .join_from(Document, InspectionSummary, _S.id == _D.parent)
    .where(_D.kind == "measure", _D.is_deleted.is_(False), cast(_D.state, Text).contains('"type":"seal"'))
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person asked for; empty = all."""

    stage: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, stage: str, text: str, page: str) -> Filter:
        """Read a query string; what makes no sense is as if it were not there."""
        known = stage if stage in SAMPLE_STAGES else ""
        return cls(known, paging.words(text), paging.asked(page))


@dataclass(frozen=True, slots=True)
class Row:
    """One sample as lists show it. `send_by` = the last day by law to hand it over, told while it waits for that."""

    id: str
    inspection_id: str
    name: str
    code: str
    site: str
    campaign_code: str
    taken_at: str | None
    stage: str
    seals: Sequence[str]
    warnings: Sequence[str]
    send_by: date | None
    is_late: bool
    is_sure: bool
    """Whether the days off of that year were entered: without them the true day may be later."""
    conclusions: Sequence[str]
    state: State


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list; `counts` = by stage, before the filter by stage."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]


class _Measure(NamedTuple):
    """A seal on an instrument, by its measure."""

    id: str
    inspection_id: str
    campaign_id: str
    state: State


class _Taken(NamedTuple):
    """One sample as it is read for lists: with its site's name, where it stands, and what laboratories said of it."""

    id: str
    inspection_id: str
    campaign_id: str
    site: str
    state: State
    stage: str
    results: Sequence[State]


_Sealed = _Measure | _Taken


def listing(session: Session, wanted: Filter, user: User, today: date) -> Listing:
    """Return one page of the samples that a person may read, those that wait first, the oldest of them first."""
    every = _every(session)
    found = _readable(every, visible_campaigns(session, user))
    if wanted.text:
        campaigns = _campaigns(session, found)
        found = [one for one in found if _has_words(one, _said(campaigns, one, "code"), wanted.text)]
    counted = Counter(one.stage for one in found)
    found = [one for one in found if not wanted.stage or one.stage == wanted.stage]
    page, pages, part = paging.placed(wanted.page, len(found), PAGE_SIZE)
    counts = {stage: counted[stage] for stage in SAMPLE_STAGES}
    return Listing(_rows(session, every, found[part], today), len(found), page, pages, counts)


def rows(session: Session, today: date, visible: frozenset[str] | None = None) -> list[Row]:
    """Return the samples of these campaigns (None = all): those that wait first, the oldest of them first."""
    every = _every(session)
    return _rows(session, every, _readable(every, visible), today)


def of_inspection(session: Session, inspection: Document, today: date) -> list[Row]:
    """Return the samples of one inspection, in the order in which they were taken."""
    if not documents.children(session, inspection.id, "sample"):
        return []
    every = _every(session)
    own = [one for one in every if one.inspection_id == inspection.id]
    return sorted(_rows(session, every, own, today), key=lambda row: (str(row.taken_at or "9999"), row.code, row.id))


def readable(session: Session, sample_id: str, user: User, *, lock: bool = False) -> tuple[Document, Document]:
    """Return a sample and its inspection; 404 for a person outside the team, who need not know of it."""
    key = "sample", sample_id
    found = documents.many(session, [key], lock=True).get(key) if lock else documents.get(session, *key)
    inspection = None if found is None else documents.get(session, "inspection", str(found.parent))
    visible = visible_campaigns(session, user)
    if (
        found is None
        or found.is_deleted
        or inspection is None
        or (visible is not None and inspection.parent not in visible)
    ):
        raise Problem(ProblemCode.NOT_FOUND, "Không có mẫu này, hoặc bạn không ở trong đoàn.")
    return found, inspection


def results_of(session: Session, sample: Document) -> list[dict[str, Any]]:
    """Return every version of what laboratories said of a sample, oldest first."""
    found = [{"id": d.id, **d.state} for d in documents.children(session, str(sample.parent), "lab_result")]
    own = [each for each in found if each.get("sample_id") == sample.id]
    return sorted(own, key=lambda each: (str(each.get("entered_at")), each["id"]))


def on_paper(session: Session, inspection_id: str, form: str) -> tuple[list[State], list[State]]:
    """Return the samples and the results that a paper of this form would list: none that stands on a paper already."""
    if form not in {"sampling", "result_notice"}:
        return [], []
    taken: list[State] = [{"id": d.id, **d.state} for d in documents.children(session, inspection_id, "sample")]
    said = [{"id": d.id, **d.state} for d in documents.children(session, inspection_id, "lab_result")]
    known = listed(session, inspection_id)
    if form == "sampling":
        return [sample for sample in taken if sample["id"] not in known], []
    return taken, [result for result in samples.current(said) if result["id"] not in known]


def listed(session: Session, inspection_id: str) -> frozenset[str]:
    """Return what the standing papers of an inspection list: findings, samples, results."""
    papers = [d.state for d in documents.children(session, inspection_id, "minutes")]
    return frozenset(id for p in papers if p.get("status") in _STANDING for id in p.get("freezes") or [])


def stage(sample: State, results: Sequence[State]) -> str:
    """Say where a sample stands: to be sent, awaited, done, kept only, or void."""
    if sample.get("voided"):
        return "void"
    if results and samples.current(results):
        return "done"
    if not samples.is_tested(sample):
        return "kept"
    return "awaited" if samples.is_sent(sample) else "to_send"


def send_by(sample: State, stage: str, calendar: Calendar) -> date | None:
    """Return the last day by law to hand a sample over; None where it does not wait for that, or no law sets one."""
    since = samples.to_send_from(sample) if stage == "to_send" else None
    return None if since is None else calendar.due(since, samples.SEND_WITHIN)


def _every(session: Session) -> list[_Taken]:
    """Read all samples with what laboratories said of them."""
    results: dict[str, list[State]] = defaultdict(list)
    for id, state in session.connection().execute(_RESULTS):
        results[str(state.get("sample_id"))].append({"id": id, **state})
    return [
        _Taken(id, inspection, campaign, site, state, stage(state, results.get(id, ())), results.get(id, ()))
        for id, inspection, campaign, site, state in session.connection().execute(_TAKEN)
    ]


def _readable(every: Iterable[_Taken], visible: frozenset[str] | None) -> list[_Taken]:
    """Return the samples of these campaigns (None = all), in the order of lists."""
    places = {stage: place for place, stage in enumerate(SAMPLE_STAGES)}

    def order(one: _Taken) -> tuple[int, str, str, str]:
        return places[one.stage], str(one.state.get("taken_at") or "9999"), str(one.state.get("code") or ""), one.id

    return sorted((one for one in every if visible is None or one.campaign_id in visible), key=order)


def _rows(session: Session, every: Sequence[_Taken], shown: Sequence[_Taken], today: date) -> list[Row]:
    """Return samples as lists show them; whether their seals were used twice is asked of all."""
    if not shown:
        return []
    calendar, campaigns, twice = (
        work_calendar.calendar(session),
        _campaigns(session, shown),
        _used_twice(session, every, shown),
    )
    return [_row(one, _said(campaigns, one, "code"), twice.get(one.id, ()), calendar, today) for one in shown]


def _row(sample: _Taken, campaign: str, twice: Sequence[str], calendar: Calendar, today: date) -> Row:
    state = sample.state
    due = send_by(state, sample.stage, calendar)
    said = [str(each.get("detail")) for each in state.get("warnings") or [] if isinstance(each, Mapping)]
    return Row(
        id=sample.id,
        inspection_id=sample.inspection_id,
        name=name_of(state),
        code=str(state.get("code") or ""),
        site=sample.site or "(chưa có tên cơ sở)",
        campaign_code=campaign,
        taken_at=state.get("taken_at"),
        stage=sample.stage,
        seals=list(samples.seals(state)),
        warnings=[*said, *twice],
        send_by=due,
        is_late=due is not None and today > due,
        is_sure=due is None or calendar.has_year(due.year),
        conclusions=[str(each.get("conclusion")) for each in samples.current(sample.results)],
        state=state,
    )


def _used_twice(session: Session, every: Iterable[_Taken], shown: Iterable[_Taken]) -> dict[str, list[str]]:
    """Say of each sample which of its seal numbers the same agency used elsewhere, on a sample or an instrument.

    Both uses stay as they were recorded. Asked anew each time: whichever came last, both sides show it.
    """
    asked = {samples.seal_key(number) for one in shown for number in samples.seals(one.state)} - {""}
    found: dict[str, dict[str, tuple[_Sealed, str]]] = defaultdict(dict)
    sealed: list[_Sealed] = [*every, *(_measures(session) if asked else ())]
    for one in sealed:
        for number in _numbers(one):
            if (key := samples.seal_key(number)) in asked:
                found[key][one.id] = one, number
    again = {key: list(own.values()) for key, own in found.items() if len(own) > 1}
    campaigns = _campaigns(session, [one for own in again.values() for one, _ in own])
    said: dict[str, list[str]] = defaultdict(list)
    for own in again.values():
        for one, number in own:
            agency = _said(campaigns, one, "organisation_id")
            others = {
                _place(other)
                for other, _ in own
                if other.id != one.id and _said(campaigns, other, "organisation_id") == agency
            }
            if others:
                said[one.id].append(f"Số niêm phong {number} còn ghi ở nơi khác: {'; '.join(sorted(others))}.")
    return {id: sorted(lines) for id, lines in said.items()}


def _measures(session: Session) -> list[_Measure]:
    return [_Measure._make(row) for row in session.connection().execute(_SEALS)]


def _campaigns(session: Session, named: Iterable[_Sealed]) -> dict[str, State]:
    ids = sorted({one.campaign_id for one in named})
    query = select(_D.id, _D.state).where(_D.kind == "campaign", _D.id.in_(ids), _D.is_deleted.is_(False))
    return dict(session.connection().execute(query).all()) if ids else {}


def _said(campaigns: Mapping[str, State], one: _Sealed, name: str) -> str:
    return str(campaigns.get(one.campaign_id, {}).get(name) or "")


def _numbers(sealed: _Sealed) -> list[str]:
    """Return the seal numbers that a document puts on something: taking a seal off is no second use."""
    state = sealed.state
    if isinstance(sealed, _Taken):
        return list(samples.seals(state))
    serials = state.get("serials")
    is_seal = state.get("type") == "seal" and not state.get("voided")
    return [str(each) for each in serials if str(each).strip()] if is_seal and isinstance(serials, list) else []


def _place(sealed: _Sealed) -> str:
    if isinstance(sealed, _Measure):
        return f"niêm phong phương tiện đo (cuộc kiểm tra {sealed.inspection_id[-6:]})"
    code = str(sealed.state.get("code") or "")
    return f"mẫu {name_of(sealed.state)}" + (f", mã {code}" if code else f" ({sealed.id[-6:]})")


def _has_words(sample: _Taken, campaign: str, text: str) -> bool:
    """Say whether a sample has every word: in its name, code, batch, site, campaign; or is known by that seal number."""
    state, seals = sample.state, list(samples.seals(sample.state))
    if (key := samples.seal_key(text)) and key in {samples.seal_key(number) for number in seals}:
        return True
    names = (state.get(name) for name in ("code", "brand", "batch", "taken_by"))
    whole = folded(" ".join(str(part) for part in (name_of(state), sample.site, campaign, *names, *seals) if part))
    return all(word in whole for word in folded(text).split())
