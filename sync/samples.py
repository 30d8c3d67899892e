"""Samples (mẫu): what was taken, its portions and seals, its custody; what agrees and what does not. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from sync.clock import read_instant
from sync.feed import canonical
from sync.paper_words import local

State = Mapping[str, Any]
TEST = "test"
PURPOSES = (TEST, "retained_agency", "retained_site", "retained_other")
"""What a portion is for: tested, or kept by the agency, by the site, by somebody else (a carrier, an importer)."""
EVENTS = ("taken", "sealed", "handed_over", "received", "opened", "returned", "destroyed", "note")
"""What happens to a sample; `note` corrects in words an event that stays as it was recorded."""
SENT = frozenset({"handed_over", "received"})
TAKEN = (
    "batch", "brand", "code", "condition", "containers", "expires_on", "finding_ids", "grade", "instrument_id", "made_on",
    "maker", "method", "note", "photo_ids", "place", "portions", "product", "quantity", "stock", "taken_at", "taken_by",
    "tests", "unit",
)  # fmt: skip
"""The fields that the team enters on the spot; what sampling minutes promise not to change."""
RESULT = (
    "sample_id", "portion", "laboratory", "designation", "report_number", "report_on", "tests", "conclusion", "statement",
)  # fmt: skip
"""The fields of a laboratory result as they were entered."""
_FACTORS = {
    "L": ("volume", Decimal(1)), "mL": ("volume", Decimal("0.001")), "m3": ("volume", Decimal(1000)),
    "kg": ("mass", Decimal(1)), "g": ("mass", Decimal("0.001")), "mg": ("mass", Decimal("0.000001")),
    "m": ("length", Decimal(1)), "cm": ("length", Decimal("0.01")), "m2": ("area", Decimal(1)),
}  # fmt: skip
_COUNTED = (
    "cái", "chiếc", "mẫu", "chai", "lọ", "bình", "can", "lon", "hộp", "gói", "túi", "bao", "thùng", "bộ", "đôi", "cuộn",
    "viên", "quả",
)  # fmt: skip
UNITS = (*_FACTORS, *_COUNTED)
"""The units of an amount. Only those of one dimension are added up; things counted only with their like."""
_NEVER = datetime.max.replace(tzinfo=UTC)
SEND_WITHIN = 5
"""Working days in which a sample goes to a designated laboratory (NĐ 37/2026/NĐ-CP Điều 80 k.6 điểm d) …"""
SEND_FROM = date(2026, 1, 23)
"""… where it was taken on or after the day on which that decree came into force."""
CLOCK_SKEW = timedelta(minutes=15)
"""How far a tablet's clock may be ahead before a time of it is shown as one to come."""


def fingerprint(state: State) -> str:
    """Return SHA-256 of the sorted-key JSON of what was taken; empty fields are as if absent."""
    entered = {name: state[name] for name in TAKEN if state.get(name) not in (None, "", [], {})}
    for name in ("finding_ids", "photo_ids"):
        if isinstance(entered.get(name), list):
            entered[name] = sorted(entered[name], key=str)
    return hashlib.sha256(canonical(entered).encode()).hexdigest()


def result_digest(state: State) -> str:
    """Return SHA-256 of what a laboratory said, as it was entered: a result is never changed, only replaced."""
    return hashlib.sha256(canonical({name: state[name] for name in RESULT if name in state}).encode()).hexdigest()


def current(results: Iterable[State]) -> list[State]:
    """Return the results (each with its `id`) that no later version replaces."""
    found = list(results)
    replaced = {each.get("replaces") for each in found}
    return [each for each in found if each.get("id") not in replaced]


def is_open(type: str, fields: Iterable[str]) -> bool:
    """Say whether an operation only adds to the custody, which goes on after every paper is issued."""
    return type == "patch" and set(fields) == {"custody"}


def must_stay(state: State) -> bool:
    """Say whether a sample may only be voided, no longer deleted: it has seals, photos or a custody."""
    return bool(list(seals(state))) or bool(state.get("photo_ids")) or bool(state.get("custody"))


def portions(state: State) -> list[tuple[str, State]]:
    """Return the portions by key; what is none (an old tablet may write anything) is left out."""
    found = state.get("portions")
    if not isinstance(found, Mapping):
        return []
    return [(str(key), found[key]) for key in sorted(found) if isinstance(found[key], Mapping)]


def custody(state: State) -> list[State]:
    """Return the events in the order of their times, those without one last."""
    found = state.get("custody")
    events = [event for event in found if isinstance(event, Mapping)] if isinstance(found, list) else []
    return sorted(events, key=lambda event: (read_instant(event.get("at")) or _NEVER, canonical(event)))


def seals(state: State) -> Iterator[str]:
    """Return every seal number of a sample, of all portions."""
    for _, portion in portions(state):
        given = portion.get("seals")
        yield from (str(each) for each in given if str(each).strip()) if isinstance(given, list) else ()


@lru_cache(maxsize=1 << 15)  # a list compares every seal number that there is
def seal_key(number: str) -> str:
    """Return the form in which seal numbers of two places are compared: letters and figures, without case and signs."""
    return "".join(c for c in unicodedata.normalize("NFC", number).casefold() if c.isalnum())


def _bare(number: str) -> str:
    return "".join(unicodedata.normalize("NFC", number).casefold().split())


def repeated(state: State) -> list[str]:
    """Return the seal numbers that stand twice in one sample; signs tell them apart here (A-1/1, A-11)."""
    counted = Counter(map(_bare, seals(state)))
    return sorted({number for number in seals(state) if counted[_bare(number)] > 1})


def surplus(state: State) -> tuple[Decimal, str] | None:
    """Return by how much the portions are more than what was taken, in the sample's unit; None where they are not.

    Portions whose unit cannot be compared with the sample's say nothing.
    """
    unit, whole = state.get("unit"), _amount(state.get("quantity"))
    if not isinstance(unit, str) or whole is None:
        return None
    parts = [
        part for _, portion in portions(state)
        if (part := _converted(portion.get("quantity"), portion.get("unit") or unit, unit)) is not None
    ]  # fmt: skip
    over = sum(parts, Decimal(0)) - whole
    return (over, unit) if over > 0 else None


def contradictions(state: State) -> dict[str, str]:
    """Name the fields of one entry that contradict each other, each with a sentence."""
    found = {}
    if again := repeated(state):
        found["portions"] = f"Số niêm phong {', '.join(again)} ghi hai lần trong một mẫu."
    elif (over := surplus(state)) is not None:
        found["portions"] = f"Các phần chia cộng lại nhiều hơn lượng đã lấy {_plain(over[0])} {over[1]}."
    return found


def warnings(state: State, at: str) -> list[dict[str, str]]:
    """Return what does not agree in a sample as it stands at the server's time `at`: shown, never refused."""
    received = datetime.fromisoformat(at)
    found = [{"code": "contradiction", "detail": detail} for detail in contradictions(state).values()]
    if _is_ahead(state.get("taken_at"), received):
        found.append({"code": "taken_ahead", "detail": "Giờ lấy mẫu muộn hơn lúc máy chủ nhận: xem lại đồng hồ máy."})
    if any(_is_ahead(event.get("at"), received) for event in custody(state)):
        found.append({"code": "custody_ahead", "detail": "Có lần giao nhận ghi giờ muộn hơn lúc máy chủ nhận."})
    if _before(state):
        found.append({"code": "custody_before", "detail": "Có lần giao nhận ghi giờ sớm hơn lúc lấy mẫu."})
    return found


def is_tested(state: State) -> bool:
    """Say whether a laboratory is to test it: some portion is for that, or none says what it is for."""
    purposes = [portion.get("purpose") for _, portion in portions(state)]
    return TEST in purposes or not any(purposes)


def is_sent(state: State) -> bool:
    """Say whether it was handed over to a laboratory."""
    return any(event.get("type") in SENT for event in custody(state))


def to_send_from(state: State) -> date | None:
    """Return the day after which the time runs to hand a sample over for testing; None where no law sets one."""
    taken = read_instant(state.get("taken_at"))
    day = None if taken is None else local(taken).date()
    return None if day is None or day < SEND_FROM else day


def _before(state: State) -> bool:
    taken = read_instant(state.get("taken_at"))
    moments = [read_instant(event.get("at")) for event in custody(state) if event.get("type") != "note"]
    return taken is not None and any(moment is not None and moment < taken - CLOCK_SKEW for moment in moments)


def _is_ahead(value: Any, received: datetime) -> bool:
    moment = read_instant(value)
    return moment is not None and moment > received + CLOCK_SKEW


def _converted(value: Any, unit: Any, wanted: str) -> Decimal | None:
    amount = _amount(value)
    if amount is None or unit == wanted:
        return amount
    own, other = _FACTORS.get(str(unit)), _FACTORS.get(wanted)
    if own is None or other is None or own[0] != other[0]:
        return None
    return amount * own[1] / other[1]


def _amount(value: Any) -> Decimal | None:
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")
