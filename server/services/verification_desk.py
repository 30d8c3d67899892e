"""Verification sessions as the office reads them: the list with counts, and one session with what is doubtful in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from checklists import standards
from server.db import documents
from server.db.documents import Document, Light
from server.db.inspections import InspectionSummary
from server.db.marks import MarkEntry
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import (
    accounts,
    areas,
    conclusions,
    inspection_list,
    mark_rows,
    paging,
    projection,
    slip_figures,
    verification_facts,
    verification_figures,
    verifiers,
)
from server.services.days import day_of
from server.services.exports import DAY, NUMBER, Listed
from server.services.exports import Column as Exported
from server.services.report_facts import Units
from server.services.verification_facts import RECORD, SESSION, Brought, Held, Slip, kept
from server.services.verification_figures import Key, Totals
from server.services.verification_words import MARKS
from server.services.wording import folded
from sync.paper_words import VERDICTS

PAGE_SIZE = 25
OPEN, CLOSED = "open", "closed"
State = Mapping[str, Any]
_S, _M = InspectionSummary.__table__.c, MarkEntry.__table__.c


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked of the list: sessions of one campaign, open or closed ones, words of the place."""

    campaign: str = ""
    state: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Filter:
        """Read a filter from a query; what makes no sense is left out."""
        state = args.get("state", "")
        return cls(args.get("campaign", "")[:36], state if state in (OPEN, CLOSED) else "",
                   paging.words(args.get("q", "")), paging.asked(args.get("page", "")))  # fmt: skip

    @property
    def fields(self) -> dict[str, Any]:
        """The filter as the query writes it."""
        return {"campaign": self.campaign, "state": self.state, "q": self.text}


@dataclass(frozen=True, slots=True)
class Row:
    """What one session counts for, in the list and on its own page."""

    id: str
    state: State
    campaign: State
    area: str
    totals: Totals

    def sum(self, *key: str) -> int:
        """Return a figure; of a prefix the sum of all below it."""
        return sum(count for own, count in self.totals.sums.items() if own[: len(key)] == key)

    def result(self, verdict: str) -> int:
        """How many instruments were concluded so, of whatever kind."""
        return sum(count for (_, own), count in self.totals.below("result").items() if own == verdict)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list; `counts` by state over all that the other filters leave; `campaigns` to choose from."""

    rows: Sequence[Row]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    campaigns: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument in the queue of a session."""

    slip: Slip
    one: Brought
    marks: Sequence[State]
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Member:
    """A verifier of the session as the campaign's team names them; `procedures` = what they are authorised for."""

    name: str
    title: str
    procedures: Sequence[str]


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard that the session uses; `fault` says why it cannot carry a verdict that day, `reason` why it was used."""

    id: str
    state: State
    fault: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page of one session."""

    held: Held
    row: Row
    team: Sequence[Member]
    standards: Sequence[Standard]
    lines: Sequence[Line]
    spoiled: Sequence[State]
    warnings: Sequence[str]


def listing(session: Session, wanted: Filter, user: User) -> Listing:
    """Return one page of the sessions that a person may read, the latest first."""
    every = _visible(session, user)
    campaigns = documents.many(session, {("campaign", str(row.parent)) for row in every})
    named = {id: row.state for (_, id), row in campaigns.items()}
    units = Units.of(areas.every(session))
    found = [row for row in every if _asked(row, wanted, units)]
    counts = {state: sum(_state_of(row) == state for row in found) for state in (OPEN, CLOSED)}
    shown = [row for row in found if wanted.state in ("", _state_of(row))]
    page, pages, part = paging.placed(wanted.page, len(shown), PAGE_SIZE)
    totals = _totals(session, shown[part])
    options = sorted(((id, f"{c['code']} – {c['title']}") for id, c in named.items()), key=lambda o: folded(o[1]))
    rows = [_row(one, named, units, totals[one.id]) for one in shown[part]]
    return Listing(rows, len(shown), page, pages, counts, options)


def export(session: Session, wanted: Filter, user: User) -> Listed:
    """Return all sessions that the filter leaves as a list to export."""
    units = Units.of(areas.every(session))
    rows = [
        row for row in _visible(session, user) if _asked(row, wanted, units) and wanted.state in ("", _state_of(row))
    ]
    named = {
        id: row.state for (_, id), row in documents.many(session, {("campaign", str(r.parent)) for r in rows}).items()
    }
    columns = (Exported("Ngày", DAY), Exported("Địa điểm", width=36), Exported("Địa bàn", width=30), Exported("Đợt"),
               *(Exported(title, NUMBER) for title in ("Phiếu", "Phương tiện đo", "Đạt", "Không đạt", "Chưa kết luận",
                 "Chưa xong", "Đã hiệu chỉnh", "Tem đã dùng", "Tem hỏng", "Chì đã dùng", "Chì hỏng", "Tiền mặt (đồng)",
                 "Chuyển khoản (đồng)", "Được hỗ trợ (đồng)")))  # fmt: skip
    totals = _totals(session, rows)
    read = (_row(row, named, units, totals[row.id]) for row in rows)
    cells = (
        (r.state.get("on"), r.state.get("place"), r.area, r.campaign.get("code"), r.sum("slips"), r.sum("brought"),
         *(r.result(verdict) for verdict in slip_figures.RESULTS), r.sum("adjusted"),
         *(r.sum("mark", kind, fate) for kind in verification_figures.MARKS for fate in verification_figures.FATES),
         *(r.sum("money", method) for method in slip_figures.METHODS))
        for r in read
    )  # fmt: skip
    return Listed("phien-kiem-dinh", "Phiên kiểm định", columns, cells)


def existing(session: Session, id: str, user: User) -> Document:
    """Return a session that a person may read; 404 for the others, which they need not know of."""
    found = documents.get(session, SESSION, id)
    visible = inspection_list.visible_campaigns(session, user)
    if found is None or found.state.get("voided") or (visible is not None and found.parent not in visible):
        raise Problem(ProblemCode.NOT_FOUND, "Không có phiên kiểm định này, hoặc bạn không ở trong đoàn.")
    return found


def page(session: Session, id: str, user: User) -> Page:
    """Return one session with its queue; 404 where the person may not read it."""
    document = existing(session, id, user)
    (held,) = verification_facts.read(session, [document])
    campaign = documents.get(session, "campaign", held.campaign_id)
    state = {} if campaign is None else campaign.state
    units = Units.of(areas.every(session))
    row = _row(document, {held.campaign_id: state}, units, verification_figures.summed([held]))
    team = _team(session, held, state)
    used = _standards(session, held)
    known = verifiers.procedures()
    authorised = {code for member in team for code in member.procedures}
    ours = {each.instrument_id: each for each in conclusions.of_slips(session, [slip.id for slip in held.slips])}
    lines = [
        Line(slip, one, _marks_on(held, one), list(_doubts(one, authorised, known, ours.get(one.id))))
        for slip in held.slips
        for one in slip.brought
    ]
    spoiled = [mark for mark in kept(held.marks) if mark.get("fate") == "spoiled"]
    return Page(held, row, team, used, lines, spoiled, list(_warnings(held, team, used)))


def _visible(session: Session, user: User) -> list[Light]:
    visible = inspection_list.visible_campaigns(session, user)
    every = [row for row in documents.light(session, SESSION) if not row.state.get("voided")]
    mine = [row for row in every if visible is None or row.parent in visible]
    return sorted(mine, key=lambda row: (str(row.state.get("on")), row.id), reverse=True)


def _asked(row: Light, wanted: Filter, units: Units) -> bool:
    if wanted.campaign and row.parent != wanted.campaign:
        return False
    if not wanted.text:
        return True
    said = f"{row.state.get('place') or ''} {_named(units, row.state)}"
    return folded(wanted.text) in folded(said)


def _state_of(row: Light) -> str:
    return CLOSED if row.state.get("closed_at") else OPEN


def _row(found: Document | Light, campaigns: Mapping[str, State], units: Units, totals: Totals) -> Row:
    return Row(found.id, found.state, campaigns.get(str(found.parent), {}), _named(units, found.state), totals)


def _totals(session: Session, shown: Sequence[Light]) -> dict[str, Totals]:
    """Return what sessions count for: the sums of their slips' rows, and their marks."""
    parents = {row.id: str(row.parent) for row in shown}
    slips: dict[str, list[Mapping[str, int]]] = defaultdict(list)
    marks: dict[str, dict[Key, int]] = defaultdict(dict)
    for part in projection.parts(sorted(parents), verification_facts.PART):
        query = select(_S.session_id, _S.campaign_id, _S.slip).where(_S.session_id.in_(part))
        for id, campaign, slip in session.execute(query):
            if campaign == parents[id]:
                slips[id].append(slip)
        for id, kind, fate, count in session.execute(_marked(part)):
            marks[id]["mark", kind, fate] = count
    return {id: verification_figures.listed(slips[id], marks[id]) for id in parents}


def _marked(ids: Sequence[str]) -> Select[str, str, str, int]:
    query = select(_M.session_id, _M.kind, _M.fate, func.count()).where(
        _M.session_id.in_(ids), _M.fate != mark_rows.LOST
    )
    return query.group_by(_M.session_id, _M.kind, _M.fate)


def _named(units: Units, state: State) -> str:
    """Name the commune of a session as it was called on its day."""
    unit = units.on(str(state.get("area_code") or ""), day_of(state.get("on")))
    return units.names.get(unit, unit)


def _team(session: Session, held: Held, campaign: State) -> list[Member]:
    people = accounts.names(session)
    of_campaign = {str(m.get("user_id")): m for m in campaign.get("team") or () if m.get("user_id")}
    found = []
    for id in held.state.get("verifiers") or ():
        member = of_campaign.get(str(id), {})
        name = str(member.get("name") or people.get(str(id), "(không rõ)"))
        found.append(Member(name, str(member.get("title") or ""), member.get("procedures") or ()))
    return found


def _standards(session: Session, held: Held) -> list[Standard]:
    ids = [str(id) for id in held.state.get("standards") or ()]
    known = documents.many(session, [("measurement_standard", id) for id in ids])
    reasons = held.state.get("standard_overrides") or {}
    days = [held.on] if held.on else []
    found = [known["measurement_standard", id] for id in ids if ("measurement_standard", id) in known]
    return [Standard(d.id, d.state, standards.fault(d.state, days), str(reasons.get(d.id) or "")) for d in found]


def _marks_on(held: Held, one: Brought) -> list[State]:
    mine = [m for m in kept(held.marks) if m.get("instrument_id") == one.id and m.get("fate") == "used"]
    return sorted(mine, key=lambda m: (str(m.get("kind")) != "sticker", str(m.get("serial"))))


def _warnings(held: Held, team: Sequence[Member], used: Sequence[Standard]) -> Iterator[str]:
    if not team:
        yield "Phiên chưa có kiểm định viên."
    for member in team:
        if not member.procedures:
            yield f"{member.name} chưa được giao kiểm định theo ĐLVN nào trong đợt này."
    if held.slips and not held.state.get("environment"):
        yield "Chưa ghi nhiệt độ, độ ẩm của nơi kiểm định."
    if held.slips and not used:
        yield "Chưa ghi chuẩn đo lường dùng trong phiên."
    for standard in used:
        if standard.fault:
            reason = f" Lý do vẫn dùng: {standard.reason}" if standard.reason else " Chưa ghi lý do vẫn dùng."
            yield f"{standard.fault}.{reason}"
    for mark in kept(held.marks):
        for warning in mark.get("warnings") or ():
            said = warning.get("detail") if isinstance(warning, Mapping) else warning
            yield f"{MARKS.get(str(mark.get('kind')), 'Tem')} {mark.get('serial')}: {said}"


def _doubts(
    one: Brought, authorised: set[str], known: Mapping[str, str], ours: conclusions.Concluded | None
) -> Iterator[str]:
    """Say what does not agree about one instrument: who verified by what, what the paper says and what the record does."""
    procedure = _answer(one, verifiers.ITEM, verifiers.FIELD)
    if procedure and procedure not in authorised:
        yield f"Không kiểm định viên nào của phiên được giao {known.get(procedure, procedure).partition(' (')[0]}."
    for form, paper in one.papers.items():
        said = printed(paper).get("conclusion")
        if said and one.place.conclusion and said != one.place.conclusion:
            yield f"{'Biên bản' if form == RECORD else 'Giấy chứng nhận'} ghi kết luận khác với dữ liệu trên máy chủ."
        elif paper.get("diverged"):
            yield f"{'Biên bản' if form == RECORD else 'Giấy chứng nhận'} in số liệu khác với dữ liệu trên máy chủ."
    if ours is not None and one.place.conclusion and ours.differs:
        why = f": {ours.words}" if ours.words else ""
        yield f"Máy chủ tính lại ra kết luận khác ({VERDICTS.get(ours.ours, 'không tính được')}){why}."
    if one.place.conclusion and one.place.standing == "handed_back" and RECORD not in one.papers:
        yield "Đã trả phương tiện nhưng chưa có biên bản kiểm định."


def _answer(one: Brought, item: str, field: str) -> str:
    finding = next((f for f in one.findings if f.get("item") == item), {})
    return str((finding.get("values") or {}).get(field) or "")


def printed(paper: State) -> State:
    """Return what a record or certificate says of its instrument, as it was signed; {} where it cannot be read."""
    try:
        said = orjson.loads(paper.get("canonical") or "{}")
    except orjson.JSONDecodeError:
        return {}
    found = said.get("verification") if isinstance(said, Mapping) else None
    return found if isinstance(found, Mapping) else {}
