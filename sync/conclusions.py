"""The server's own conclusion on the instruments of a slip, beside what the tablet recorded (decision 0022)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from checklists.verification import CHECKLIST, CONCLUSION
from sync.findings import in_session, inspected_on, pinned, session_of
from sync.ids import is_uuid
from sync.overlay import Overlay
from sync.paper_words import VERDICTS
from sync.world import Document

if TYPE_CHECKING:
    from checklists.conclusion import Conclusion


def is_conclusion(finding: Mapping[str, Any]) -> bool:
    """Tell whether a finding (its state) is the conclusion on an instrument."""
    return finding.get("checklist") == CHECKLIST and finding.get("item") == CONCLUSION


def recorded(view: Overlay, inspection_id: str, instrument_id: str) -> Document | None:
    """Return the finding that holds the conclusion on an instrument, as whoever verified it recorded it."""
    found = [f for f in view.children(inspection_id, "finding") if is_conclusion(f.state) and not f.state.get("voided")]
    return next((f for f in found if f.state.get("subject_id") == instrument_id), None)


def verified_on(inspection: Mapping[str, Any], session: Mapping[str, Any] | None) -> date | None:
    """Return the day of a verification: its session's, else that of the inspection."""
    try:
        return date.fromisoformat(str((session or {}).get("on")))
    except ValueError:
        return inspected_on(inspection)


def conclude(view: Overlay, inspection: Document, instrument_id: str) -> Conclusion | None:
    """Return what the server concludes on an instrument from what it knows now, None where nothing was tested or the
    checklist is unknown. The verifier is who recorded the conclusion; without one, any of the session's."""
    from checklists import conclusion  # late: reading an operation must not load procedures

    session, found = session_of(view, inspection), recorded(view, inspection.id, instrument_id)
    checklist, campaign = pinned(view, inspection, CHECKLIST), view.live("campaign", inspection.parent)
    state = in_session(inspection.state, session)
    on, instrument = verified_on(inspection.state, session), view.live("instrument", instrument_id)
    if checklist is None or on is None:
        return None
    listed = (view.live("measurement_standard", id) for id in state.get("standards") or () if is_uuid(id))
    return conclusion.conclude(
        conclusion.Case(
            checklist=checklist,
            instrument_id=instrument_id,
            instrument=None if instrument is None else instrument.state,
            inspection=state,
            findings=[finding.state for finding in view.children(inspection.id, "finding")],
            session=session,
            team=[] if campaign is None else [m for m in campaign.state.get("team") or () if isinstance(m, Mapping)],
            standards=[{**standard.state, "id": standard.id} for standard in listed if standard is not None],
            verifier=None if found is None else found.state.get("created_by"),
            on=on,
        )
    )


def otherwise(view: Overlay, inspection: Document, instrument_id: str, printed: str) -> str | None:
    """Say that the server concludes otherwise than a paper prints; None where both agree, or nothing can be concluded."""
    found = conclude(view, inspection, instrument_id)
    if found is None or found.verdict.value == printed:
        return None
    why = f": {found.words}" if found.reasons else ""
    ours = VERDICTS[found.verdict.value]
    return f"Giấy ghi kết luận {VERDICTS.get(printed, printed)}, máy chủ kết luận {ours}{why}."
