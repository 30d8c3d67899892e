"""What the server makes of a finding: its fingerprint in minutes, the item it answers, the computed verdict."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sync.feed import Change, canonical
from sync.ids import answer_id, is_uuid
from sync.inspection import Status
from sync.overlay import Overlay
from sync.refusals import Refusal
from sync.world import Document, World

if TYPE_CHECKING:
    from checklists.model import Checklist, Item

ENTERED = ("answer", "note", "photo_ids", "rows", "values")
"""The fields that an inspector enters; what minutes promise not to change."""
JUDGED_BY = frozenset(
    {"checklists", "on", "planned_on", "rules", "session_id", "standard_overrides", "standards", "visits"}
)
"""The fields of an inspection, or of its session, that verdicts depend on: which items, rules, day, standards."""
ANY = "*", "*"
"""Instead of (checklist, item): every verdict of the inspection may have changed."""
OPEN = frozenset({Status.PLANNED, Status.IN_PROGRESS})
"""The inspections whose verdicts follow what changes around them: an instrument, a certificate."""
VERIFICATION_KINDS = frozenset({"kiem_dinh_luu_dong", "kiem_dinh_hieu_chuan"})
_EMPTY: dict[str, Any] = {"answer": None, "note": "", "photo_ids": [], "rows": [], "values": {}}


def fingerprint(state: Mapping[str, Any]) -> str:
    """Return SHA-256 of the sorted-key JSON of a finding's inspector-entered fields, empty ones in their one form."""
    entered = {name: state.get(name) or _EMPTY[name] for name in ENTERED}
    entered["photo_ids"] = sorted(entered["photo_ids"], key=str)
    return hashlib.sha256(canonical(entered).encode()).hexdigest()


def check_id(inspection_id: str, id: str, fields: Mapping[str, Any]) -> None:
    """Refuse an answer whose id is not that of its item, subject and ordinal: two answers would not meet."""
    checklist, item = fields.get("checklist"), fields.get("item")
    subject, ordinal = fields.get("subject_id"), fields.get("ordinal", 0)
    if not (isinstance(checklist, str) and isinstance(item, str) and (subject is None or isinstance(subject, str))):
        raise Refusal("malformed", "Kết quả phải ghi danh mục, hạng mục và đối tượng.")
    if type(ordinal) is not int or ordinal < 0:
        raise Refusal("malformed", "Thứ tự (ordinal) phải là số nguyên không âm.")
    if answer_id(inspection_id, checklist, item, subject, ordinal) != id:
        raise Refusal("bad_answer_id")


def pinned(view: Overlay, inspection: Document, code: str, own: Mapping[str, Any] | None = None) -> Checklist | None:
    """Return the checklist version that the inspection pins, else the one that the operation names."""
    for row in inspection.state.get("checklists") or []:
        if isinstance(row, Mapping) and row.get("code") == code:
            return known_checklist(view, row)
    return known_checklist(view, own) if own is not None and own.get("code") == code else None


def known_checklist(view: Overlay, row: Mapping[str, Any]) -> Checklist | None:
    """Return a published checklist by {code, version, sha256}, None where it is not the one meant."""
    code, version, sha256 = row.get("code"), row.get("version"), row.get("sha256")
    if not isinstance(code, str) or type(version) is not int:
        return None
    found = view.world.checklist(code, version)
    return found if found is not None and sha256 in (None, found.sha256) else None


def item_of(view: Overlay, inspection: Document, fields: Mapping[str, Any], own: Mapping[str, Any] | None) -> Item:
    """Return the item that a finding answers; refuses an unknown checklist or item."""
    checklist = pinned(view, inspection, str(fields.get("checklist")), own)
    if checklist is None:
        raise Refusal("unknown_checklist")
    item = checklist.item(str(fields.get("item")))
    if item is None:
        raise Refusal("unknown_item")
    return item


def compute(view: Overlay, inspection: Document, item: Item, finding: Document) -> dict[str, Any] | None:
    """Return the `computed` of a finding by the rules that its inspection pins, None where the item has no procedure."""
    if item.procedure is None:
        return None
    from checklists import standards  # late: reading an operation must not load procedures
    from checklists.judge import judge

    state = in_session(inspection.state, session_of(view, inspection))
    version = (state.get("rules") or {}).get("version")
    rules = view.world.rules(version) if isinstance(version, str) else None
    on = inspected_on(state)
    if rules is None or on is None:
        return None
    subject_id = finding.state.get("subject_id")
    subject = view.live("instrument", subject_id) if isinstance(subject_id, str) else None
    found = judge(item, finding.state, None if subject is None else subject.state,
                  _answers(view, inspection, finding), rules, on, context_of(view, inspection))  # fmt: skip
    if found is None:
        return None
    used = (view.live("measurement_standard", id) for id in state.get("standards") or [] if is_uuid(id))
    states = [{**standard.state, "id": standard.id} for standard in used if standard is not None]
    return standards.supported(found, item.procedure.name, states, measured_days(state), reasons(state))


def session_of(view: Overlay, inspection: Document) -> Mapping[str, Any] | None:
    """Return the session of the verification team that a slip belongs to."""
    id = inspection.state.get("session_id")
    session = view.live("verification_session", id) if is_uuid(id) else None
    return None if session is None else session.state


def in_session(inspection: Mapping[str, Any], session: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return an inspection (state) with what a slip takes from its session: the day, the standards carried, the reasons
    for those past their calibration. What the slip itself says goes before."""
    if session is None:
        return inspection
    listed = [id for place in (session, inspection) for id in _list(place, "standards")]
    said = {**reasons(session), **reasons(inspection)}
    planned = inspection.get("planned_on") or session.get("on")
    return {**inspection, "standards": listed, "standard_overrides": said, "planned_on": planned}


def _list(state: Mapping[str, Any], name: str) -> list[Any]:
    found = state.get(name)
    return found if isinstance(found, list) else []


def context_of(view: Overlay, inspection: Document) -> str:
    """Return which limits apply: `verification` in verification campaigns, else `inspection`."""
    campaign = view.live("campaign", inspection.parent)
    kind = None if campaign is None else campaign.state.get("kind")
    return "verification" if kind in VERIFICATION_KINDS else "inspection"


def inspected_on(inspection: Mapping[str, Any]) -> date | None:
    """Return the day whose law applies: the first visit, else the planned day."""
    return next(iter(measured_days(inspection)), None)


def measured_days(inspection: Mapping[str, Any]) -> list[date]:
    """Return the days on which a standard must be within its calibration: each visit's, else the planned one."""
    visits = [v.get("started_at") for v in inspection.get("visits") or [] if isinstance(v, Mapping)]
    days = {day for day in map(_day, visits) if day is not None}
    planned = _day(inspection.get("planned_on"))
    return sorted(days) or ([] if planned is None else [planned])


def reasons(inspection: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return why standards past their calibration were used all the same, by standard id."""
    found = inspection.get("standard_overrides")
    return found if isinstance(found, Mapping) else {}


def _day(text: object) -> date | None:
    """Read the local day of an instant or a day."""
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None


def _answers(view: Overlay, inspection: Document, finding: Document) -> dict[str, dict[str, Any]]:
    """Return the other answers of the same checklist by item, those of the same subject before those of the visit."""
    item = finding.state.get("checklist"), finding.state.get("subject_id"), finding.state.get("ordinal", 0)
    checklist, subject, ordinal = item
    found: dict[str, dict[str, Any]] = {}
    for own in (False, True):
        for other in view.children(inspection.id, "finding"):
            state = other.state
            if state.get("checklist") != checklist or state.get("voided"):
                continue
            place = (subject, ordinal) if own else (None, 0)
            if (state.get("subject_id"), state.get("ordinal", 0)) == place:
                found[str(state.get("item"))] = state
    return found


def sources(item: Item) -> frozenset[str]:
    """Return the items whose answers feed this item's procedure (`item:KEY`)."""
    if item.procedure is None:
        return frozenset()
    named = (str(use.get("from", "")) for use in item.procedure.parameters.values())
    return frozenset(name.removeprefix("item:").partition(".")[0] for name in named if name.startswith("item:"))


def recompute_dependents(view: Overlay, inspection: Document, changed: frozenset[tuple[str, str]]) -> None:
    """Compute again the open findings that feed on changed answers, (checklist, item), `of_subject` or ANY; frozen ones
    keep their verdict."""
    frozen = snapshot(view, inspection.id)
    for finding in view.children(inspection.id, "finding"):
        code = str(finding.state.get("checklist"))
        checklist = pinned(view, inspection, code)
        item = None if checklist is None else checklist.item(str(finding.state.get("item")))
        if item is None or finding.id in frozen:
            continue
        is_of_changed = of_subject(finding.state.get("subject_id")) in changed
        if ANY not in changed and not is_of_changed and not any((code, key) in changed for key in sources(item)):
            continue
        found = compute(view, inspection, item, finding)
        if found is not None and found != finding.state.get("computed"):
            view.follow(finding, {**finding.state, "computed": found})


def judged_by(taken: Iterable[str]) -> bool:
    """Tell whether changed fields of an inspection (or `map.key` of one) are such that verdicts depend on them."""
    return any(path.partition(".")[0] in JUDGED_BY for path in taken)


def of_subject(id: object) -> tuple[str, str]:
    """Name the findings about one instrument, instead of (checklist, item)."""
    return "*", str(id)


def recompute(world: World, inspection_ids: Iterable[str], at: str) -> list[Change]:
    """Return the changes by which open inspections follow what the office changed around them (a certificate)."""
    view = Overlay(world, at)
    for id in sorted(set(inspection_ids)):
        inspection = view.live("inspection", id)
        if inspection is not None and inspection.state.get("status") in OPEN:
            recompute_dependents(view, inspection, frozenset({ANY}))
    return view.changes


def snapshot(view: Overlay, inspection_id: str) -> frozenset[str]:
    """Return the findings that issued minutes of an inspection list."""
    valid = (m for m in view.children(inspection_id, "minutes") if m.state.get("status") in {"issued", "amended"})
    return frozenset(id for minutes in valid for id in minutes.state.get("freezes") or [])
