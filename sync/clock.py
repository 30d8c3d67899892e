"""Device clocks are evidence, never order: what an operation's time is worth, and what to show beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

# An offset measured at a sync within a week proves the time; cheap tablets drift by seconds a day.
PROOF_AGE = timedelta(days=7)
# Below this a wrong clock changes nothing that an inspection depends on.
TOLERANCE = timedelta(minutes=5)
# A queue may wait for weeks in a drawer; a year means that the clock was wrong.
OLDEST = timedelta(days=365)
_MAX_OFFSET_MS = 100 * 365 * 86_400_000


@dataclass(frozen=True, slots=True)
class ClockEvidence:
    """What is known of the moment that a tablet claims.

    `corrected` = claimed plus the offset (server minus tablet, measured at the last contact); `skew_ms` is that offset.
    `proven`: measured recently. `flags`: `no_time`, `unproven`, `skewed`, `future`, `too_old`; a flagged time is shown
    as such and never used for a legal deadline.
    """

    claimed: datetime | None
    corrected: datetime | None
    skew_ms: int | None
    proven: bool
    flags: tuple[str, ...]

    @property
    def trusted(self) -> bool:
        """Whether a deadline may run from this time."""
        return not self.flags


def judge_clock(at: str | None, clock: Mapping[str, Any] | None, received_at: datetime) -> ClockEvidence:
    """Judge an operation's time against its clock evidence and the server's time of receipt; never raises."""
    claimed = read_instant(at)
    evidence = clock if isinstance(clock, Mapping) else {}
    offset = _whole(evidence.get("offset_ms"), _MAX_OFFSET_MS)
    age = _whole(evidence.get("offset_age_s"), _MAX_OFFSET_MS)
    proven = offset is not None and age is not None and 0 <= age <= PROOF_AGE.total_seconds()
    if claimed is None:
        return ClockEvidence(None, None, offset, proven, ("no_time",))
    corrected = claimed if offset is None else _moved(claimed, offset)
    flags = [] if proven else ["unproven"]
    if offset is not None and abs(offset) > TOLERANCE.total_seconds() * 1000:
        flags.append("skewed")
    if corrected is None or corrected - received_at > TOLERANCE:
        flags.append("future")
    elif received_at - corrected > OLDEST:
        flags.append("too_old")
    return ClockEvidence(claimed, corrected, offset, proven, tuple(flags))


def read_instant(text: object) -> datetime | None:
    """Read an RFC 3339 instant with its offset, None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _moved(moment: datetime, offset_ms: int) -> datetime | None:
    try:
        return moment + timedelta(milliseconds=offset_ms)
    except OverflowError:
        return None


def _whole(value: object, limit: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= limit else None
