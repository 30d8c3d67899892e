"""Two entries of one establishment made one, as a single journalled act, and the way back (docs/decisions/0017)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import documents
from server.db.campaigns import CampaignEstablishment
from server.db.documents import Document
from server.db.inspections import InspectionSummary
from server.errors import Problem, ProblemCode
from server.services import ledger
from server.services.creation import created
from server.services.establishments import instrument_identity
from server.services.wording import plain_text
from sync.feed import Change

KIND = "merger"
SCOPE = "office:mergers"
"""No tablet is granted it: tablets see what a merger did to establishments, instruments, inspections and campaigns."""
FIELDS = ("name", "tax_code", "address", "phone", "representative", "business_lines", "place")
"""What a person chooses, each from one of the two; `place` = both coordinates. The commune is that of the one kept."""
_NAMES = {"place": ("lat", "lon")}
KEEP, AWAY = "keep", "away"
MAX_REASON = 500
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two establishments side by side. What hangs on the second one would move: instruments, inspections, campaigns."""

    keep: Document
    away: Document
    instruments: Sequence[Document]
    inspections: Sequence[Document]
    campaigns: Sequence[Document]
    twins: Sequence[str]
    """Serial numbers of instruments that both have: after a merger they stand there twice, for a person to look at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was chosen on the page: for each of FIELDS `keep` or `away`, why, and the revisions that were looked at."""

    choices: Mapping[str, str]
    reason: str
    seen_keep: int
    seen_away: int

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Wanted:
        """Read a form; a field that says nothing sensible keeps the value of the one kept."""
        return cls({name: AWAY if form.get(name) == AWAY else KEEP for name in FIELDS}, plain_text(form.get("reason", "")),
                   _revision(form.get("seen_keep", "")), _revision(form.get("seen_away", "")))  # fmt: skip


def pair(session: Session, keep_id: str, away_id: str, *, lock: bool = False) -> Pair:
    """Return two establishments with what would move; refuses one that is not there, merged already, or the same twice."""
    if keep_id == away_id:
        raise Problem(ProblemCode.INVALID_REQUEST, "Hãy chọn hai cơ sở khác nhau.")
    found = documents.many(session, [("establishment", keep_id), ("establishment", away_id)], lock=lock)
    keep, away = found.get(("establishment", keep_id)), found.get(("establishment", away_id))
    if keep is None or away is None or keep.is_deleted or away.is_deleted:
        raise Problem(ProblemCode.NOT_FOUND, "Không có cơ sở này.")
    for one in (keep, away):
        if one.state.get("merged_into"):
            raise Problem(ProblemCode.CONFLICT, f"“{one.state.get('name')}” đã được gộp vào cơ sở khác từ trước.")
    instruments = documents.children(session, away_id, "instrument")
    known = {instrument_identity({**d.state, "establishment_id": ""}) for d in documents.children(session, keep_id, "instrument")}  # fmt: skip
    twins = [str(d.state.get("serial") or "") for d in instruments
             if instrument_identity({**d.state, "establishment_id": ""}) in known]  # fmt: skip
    ids = session.scalars(select(InspectionSummary.id).where(InspectionSummary.establishment_id == away_id)).all()
    inspections = _read(session, "inspection", ids, lock=lock)
    return Pair(keep, away, instruments, inspections, _campaigns(session, away_id), twins)


def check(session: Session, keep_id: str, away_id: str, wanted: Wanted, *, lock: bool = False) -> Pair:
    """Return what `merge` would merge; refuses what it refuses."""
    if not wanted.reason or len(wanted.reason) > MAX_REASON:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi lý do gộp (tối đa {MAX_REASON} ký tự).")
    found = pair(session, keep_id, away_id, lock=lock)
    if (found.keep.rev, found.away.rev) != (wanted.seen_keep, wanted.seen_away):
        raise Problem(
            ProblemCode.CONFLICT, "Một trong hai cơ sở vừa được người khác sửa: hãy xem lại cả hai rồi chọn lại."
        )
    return found


def merged_values(found: Pair, choices: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of the establishment kept as they would be, only those that change."""
    values = {}
    for name in FIELDS:
        for field in _NAMES.get(name, (name,)):
            chosen = (found.away if choices.get(name) == AWAY else found.keep).state.get(field)
            if chosen != found.keep.state.get(field):
                values[field] = chosen
    return values


def merge(
    session: Session, keep_id: str, away_id: str, wanted: Wanted, *, actor: str, now: datetime
) -> str:  # fmt: skip
    """Merge the second establishment into the first and return the id of the merger.

    Its instruments, inspections and place in campaigns' lists go over; it stays as an alias (`merged_into`), so that what
    tablets still say of it finds its way. Signed papers keep what they say. The caller holds the write transaction.
    """
    found = check(session, keep_id, away_id, wanted, lock=True)
    values = merged_values(found, wanted.choices)
    id, at = ledger.new_id(), now.isoformat(timespec="seconds")
    state = {
        "keep": keep_id, "away": away_id, "reason": wanted.reason, "by": actor, "at": at, "values": values,
        "before": {name: found.keep.state.get(name) for name in values}, "away_rev": found.away.rev + 1,
        "instruments": [d.id for d in found.instruments], "inspections": [d.id for d in found.inspections],
        "campaigns": [{"id": d.id, "had_both": keep_id in d.state["establishment_ids"]} for d in found.campaigns],
        "undone": None,
    }  # fmt: skip
    changes = [created(KIND, SCOPE, state, actor=actor, parent=keep_id, id=id, at=at)]
    changes.append(_revised(session, found.away, {"merged_into": keep_id}, actor))
    if values:
        changes.append(_revised(session, found.keep, values, actor))
    changes += _moved(session, found.instruments, found.inspections, away_id, found.keep, actor)
    for campaign in found.campaigns:
        ids = [keep_id if each == away_id else each for each in campaign.state["establishment_ids"]]
        changes.append(_revised(session, campaign, {"establishment_ids": list(dict.fromkeys(ids))}, actor))
    ledger.record(session, changes, now)
    return id


def undo(session: Session, merger_id: str, reason: str, *, actor: str, now: datetime) -> str:
    """Take a merger back and return the establishment that stands for itself again: what went over then goes back, where it still stands; fields that nobody changed since, too.

    What was recorded since at the one kept stays there. Refuses without a reason, twice, and while either was merged again.
    """
    said = plain_text(reason)
    if not said or len(said) > MAX_REASON:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi lý do tách lại (tối đa {MAX_REASON} ký tự).")
    merger = documents.many(session, [(KIND, merger_id)], lock=True).get((KIND, merger_id))
    if merger is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có lần gộp này.")
    told = merger.state
    if told.get("undone"):
        raise Problem(ProblemCode.CONFLICT, "Lần gộp này đã được tách lại từ trước.")
    keep_id, away_id = told["keep"], told["away"]
    both = documents.many(session, [("establishment", keep_id), ("establishment", away_id)], lock=True)
    keep, away = both["establishment", keep_id], both["establishment", away_id]
    if keep.state.get("merged_into") or away.state.get("merged_into") != keep_id:
        raise Problem(ProblemCode.CONFLICT, "Một trong hai cơ sở đã được gộp tiếp: hãy tách lần gộp sau trước.")
    undone = {"by": actor, "at": now.isoformat(timespec="seconds"), "reason": said}
    changes = [
        _revised(session, merger, {"undone": undone}, actor),
        _revised(session, away, {"merged_into": None}, actor),
    ]
    back = {name: value for name, value in told["before"].items() if keep.state.get(name) == told["values"].get(name)}
    if back:
        changes.append(_revised(session, keep, back, actor))
    instruments = [d for d in _read(session, "instrument", told["instruments"], lock=True) if d.parent == keep_id]
    inspections = [d for d in _read(session, "inspection", told["inspections"], lock=True)
                   if d.state.get("establishment_id") == keep_id]  # fmt: skip
    changes += _moved(session, instruments, inspections, keep_id, away, actor)
    had_both = {each["id"]: each["had_both"] for each in told["campaigns"]}
    for campaign in _read(session, "campaign", sorted(had_both), lock=True):
        ids = campaign.state["establishment_ids"]
        if keep_id in ids and away_id not in ids:
            ids = [*ids, away_id] if had_both[campaign.id] else [away_id if each == keep_id else each for each in ids]
            changes.append(_revised(session, campaign, {"establishment_ids": ids}, actor))
    ledger.record(session, changes, now)
    return str(away_id)


def of_site(session: Session, id: str) -> list[Document]:
    """Return the mergers into an establishment, the newest first."""
    found = documents.children(session, id, KIND)
    return sorted(found, key=lambda d: str(d.state.get("at")), reverse=True)


def _moved(
    session: Session,
    instruments: Sequence[Document],
    inspections: Sequence[Document],
    of: str,
    to: Document,
    actor: str,
) -> Iterator[Change]:
    """Let instruments and inspections stand under another establishment; inspections remember under which they stood."""
    for each in instruments:
        state = {**each.state, "establishment_id": to.id}
        yield ledger.change(session, "instrument", each.id, to.scope, state, actor=actor, parent=to.id)
    for each in inspections:
        formerly = [*(each.state.get("formerly") or []), of]
        yield _revised(session, each, {"establishment_id": to.id, "formerly": list(dict.fromkeys(formerly))}, actor)


def _revised(session: Session, document: Document, fields: Mapping[str, Any], actor: str) -> Change:
    return ledger.change(session, document.kind, document.id, document.scope, {**document.state, **fields}, actor=actor)


def _campaigns(session: Session, id: str) -> list[Document]:
    """Return the campaigns whose list names an establishment; those that only inspected it are not changed."""
    query = select(CampaignEstablishment.campaign_id).where(CampaignEstablishment.establishment_id == id)
    found = _read(session, "campaign", session.scalars(query).all())
    return [d for d in found if id in (d.state.get("establishment_ids") or ())]


def _read(session: Session, kind: str, ids: Sequence[str], *, lock: bool = False) -> list[Document]:
    rows = documents.many(session, [(kind, id) for id in ids], lock=lock)
    return [row for _, row in sorted(rows.items()) if not row.is_deleted]


def _revision(said: str) -> int:
    """Read the revision that a page showed; what is none agrees with no revision."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else -1
