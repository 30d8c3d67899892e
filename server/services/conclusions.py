"""What the server concludes itself on the instruments of slips, beside what the tablet recorded (KD11, decision 0022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.services.world import ReadingWorld
from sync.conclusions import conclude, is_conclusion
from sync.overlay import Overlay


@dataclass(frozen=True, slots=True)
class Concluded:
    """One recorded conclusion. `ours` = what the server concludes from what it knows now, "" where it cannot; `words` = why."""

    finding_id: str
    slip_id: str
    instrument_id: str
    recorded: str
    ours: str
    words: str

    @property
    def differs(self) -> bool:
        """The server concludes otherwise."""
        return self.recorded != self.ours


def of_slips(session: Session, slip_ids: Sequence[str]) -> list[Concluded]:
    """Conclude again on every instrument of these slips that has a conclusion."""
    view = Overlay(ReadingWorld(session, *slip_ids), "")
    found = []
    for slip in (view.live("inspection", id) for id in slip_ids):
        for finding in view.children(slip.id, "finding") if slip is not None else ():
            state = finding.state
            if slip is None or not is_conclusion(state) or state.get("voided"):
                continue
            instrument_id = str(state.get("subject_id"))
            ours = conclude(view, slip, instrument_id)
            said = str((state.get("values") or {}).get("conclusion") or "")
            verdict, words = ("", "") if ours is None else (ours.verdict.value, ours.words)
            found.append(Concluded(finding.id, slip.id, instrument_id, said, verdict, words))
    return found
