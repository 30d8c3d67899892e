"""Samples as the office sees them: where each one is, which seals were used twice, what waits for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
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


def listing(session: Session, wanted: Filter, user: User, today: date) -> Listing:
    """Return one page of the samples that a person may read, those that wait first, the oldest of them first."""
    found = [row for row in rows(session, today, visible_campaigns(session, user)) if _has_words(row, wanted.text)]
    counts = {stage: sum(row.stage == stage for row in found) for stage in SAMPLE_STAGES}
    found = [row for row in found if not wanted.stage or row.stage == wanted.stage]
    page, pages, part = paging.placed(wanted.page, len(found), PAGE_SIZE)
    return Listing(found[part], len(found), page, pages, counts)


def rows(session: Session, today: date, visible: frozenset[str] | None = None) -> list[Row]:
    """Return the samples of these campaigns (None = all): those that wait first, the oldest of them first."""
    taken = documents.of_kind(session, "sample")
    if not taken:
        return []
    sealed = [measure for measure in documents.of_kind(session, "measure") if _numbers(measure)]
    inspections = _many(session, "inspection", {str(document.parent) for document in (*taken, *sealed)})
    campaigns = _many(session, "campaign", {str(inspection.parent) for inspection in inspections.values()})
    twice = _used_twice([*taken, *sealed], inspections, campaigns)
    calendar = work_calendar.calendar(session)
    results = defaultdict(list)
    for result in documents.of_kind(session, "lab_result"):
        results[str(result.state.get("sample_id"))].append({"id": result.id, **result.state})
    shown = [
        (sample, inspection)
        for sample in taken
        if (inspection := inspections.get(str(sample.parent))) is not None
        and (visible is None or inspection.parent in visible)
    ]
    sites = _many(session, "establishment", {str(inspection.state.get("establishment_id")) for _, inspection in shown})
    found = [
        _row(sample, results[sample.id], twice.get(sample.id, ()), calendar, today,
             site=_field(sites, inspection.state.get("establishment_id"), "name"),
             campaign=_field(campaigns, inspection.parent, "code"))
        for sample, inspection in shown
    ]  # fmt: skip
    stages = list(SAMPLE_STAGES)
    return sorted(found, key=lambda row: (stages.index(row.stage), str(row.taken_at or "9999"), row.code, row.id))


def of_inspection(session: Session, inspection: Document, today: date) -> list[Row]:
    """Return the samples of one inspection, in the order in which they were taken."""
    if not documents.children(session, inspection.id, "sample"):
        return []
    found = [
        row for row in rows(session, today, frozenset({str(inspection.parent)})) if row.inspection_id == inspection.id
    ]
    return sorted(found, key=lambda row: (str(row.taken_at or "9999"), row.code, row.id))


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


def stage(sample: State, results: Iterable[State]) -> str:
    """Say where a sample stands: to be sent, awaited, done, kept only, or void."""
    if sample.get("voided"):
        return "void"
    if samples.current(results):
        return "done"
    if not samples.is_tested(sample):
        return "kept"
    return "awaited" if samples.is_sent(sample) else "to_send"


def send_by(sample: State, stage: str, calendar: Calendar) -> date | None:
    """Return the last day by law to hand a sample over; None where it does not wait for that, or no law sets one."""
    since = samples.to_send_from(sample) if stage == "to_send" else None
    return None if since is None else calendar.due(since, samples.SEND_WITHIN)


def _row(
    sample: Document,
    results: Sequence[State],
    twice: Sequence[str],
    calendar: Calendar,
    today: date,
    *,
    site: str,
    campaign: str,
) -> Row:
    state, now = sample.state, stage(sample.state, results)
    due = send_by(state, now, calendar)
    said = [str(each.get("detail")) for each in state.get("warnings") or [] if isinstance(each, Mapping)]
    return Row(
        id=sample.id,
        inspection_id=str(sample.parent),
        name=name_of(state),
        code=str(state.get("code") or ""),
        site=site or "(chưa có tên cơ sở)",
        campaign_code=campaign,
        taken_at=state.get("taken_at"),
        stage=now,
        seals=list(samples.seals(state)),
        warnings=[*said, *twice],
        send_by=due,
        is_late=due is not None and today > due,
        is_sure=due is None or calendar.has_year(due.year),
        conclusions=[str(each.get("conclusion")) for each in samples.current(results)],
        state=state,
    )


def _used_twice(
    sealed: Iterable[Document], inspections: Mapping[str, Document], campaigns: Mapping[str, Document]
) -> dict[str, list[str]]:
    """Say of each sample which of its seal numbers the same agency used elsewhere, on a sample or an instrument.

    Both uses stay as they were recorded. Asked anew each time: whichever came last, both sides show it.
    """
    uses: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    numbers: dict[str, dict[str, str]] = defaultdict(dict)
    for document in sealed:
        inspection = inspections.get(str(document.parent))
        agency = _field(campaigns, None if inspection is None else inspection.parent, "organisation_id")
        for number in filter(samples.seal_key, _numbers(document)):
            uses[agency, samples.seal_key(number)][document.id] = _place(document)
            numbers[document.id][samples.seal_key(number)] = number
    found: dict[str, list[str]] = defaultdict(list)
    for (_, key), places in uses.items():
        for id in places if len(places) > 1 else ():
            others = "; ".join(sorted({place for other, place in places.items() if other != id}))
            found[id].append(f"Số niêm phong {numbers[id][key]} còn ghi ở nơi khác: {others}.")
    return {id: sorted(lines) for id, lines in found.items()}


def _numbers(document: Document) -> list[str]:
    """Return the seal numbers that a document puts on something: taking a seal off is no second use."""
    if document.kind == "sample":
        return list(samples.seals(document.state))
    serials = document.state.get("serials")
    is_seal = document.state.get("type") == "seal" and not document.state.get("voided")
    return [str(each) for each in serials if str(each).strip()] if is_seal and isinstance(serials, list) else []


def _place(document: Document) -> str:
    if document.kind == "measure":
        return f"niêm phong phương tiện đo (cuộc kiểm tra {str(document.parent)[-6:]})"
    code = str(document.state.get("code") or "")
    return f"mẫu {name_of(document.state)}" + (f", mã {code}" if code else f" ({document.id[-6:]})")


def _has_words(row: Row, text: str) -> bool:
    """Say whether a sample has every word: in its name, code, batch, site, campaign; or is known by that seal number."""
    if not text:
        return True
    if (key := samples.seal_key(text)) and key in {samples.seal_key(number) for number in row.seals}:
        return True
    state = row.state
    parts = (row.name, row.code, row.site, row.campaign_code, state.get("brand"), state.get("batch"), state.get("taken_by"),
             *row.seals)  # fmt: skip
    whole = folded(" ".join(str(part) for part in parts if part))
    return all(word in whole for word in folded(text).split())


def _many(session: Session, kind: str, ids: Iterable[str]) -> dict[str, Document]:
    return {id: document for (_, id), document in documents.many(session, [(kind, id) for id in ids]).items()}


def _field(found: Mapping[str, Document], id: Any, name: str) -> str:
    document = found.get(str(id))
    return "" if document is None else str(document.state.get(name) or "")
