"""Measurement standards (chuẩn đo lường): what each procedure measures with, and whether a certificate carries a verdict."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from checklists.cycles import cycle_months
from checklists.limits import RuleSet
from checklists.model import Cycle, LimitStatus, Text, Verdict
from checklists.procedures.verdicts import WORDS

_DATA = Path(__file__).parent / "data" / "standards.yaml"
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Needs:
    """The kinds of standard that a procedure measures with, and those that are taken by mistake."""

    kinds: tuple[str, ...]
    unfit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Register:
    """The shipped data: kinds, needs of each procedure, and under which name a kind's cycle stands (data/cycles.yaml)."""

    kinds: Mapping[str, Text]
    needs: Mapping[str, Needs]
    cycles: Mapping[str, str]


@lru_cache(maxsize=1)
def load() -> Register:
    """Read data/standards.yaml; refuses a kind that it does not list."""
    data = yaml.safe_load(_DATA.read_text("utf-8"))
    kinds = {key: Text(row["vi"], row["en"]) for key, row in data["kinds"].items()}
    needs = {name: Needs(tuple(row["kinds"]), tuple(row.get("unfit", ()))) for name, row in data["procedures"].items()}
    named = {kind for each in needs.values() for kind in (*each.kinds, *each.unfit)}
    if strange := sorted(named - kinds.keys()):
        raise ValueError(f"standards.yaml: loại chuẩn lạ {', '.join(strange)}")
    return Register(kinds, needs, {key: row["cycle"] for key, row in data["kinds"].items() if "cycle" in row})


def certificates(standard: State) -> list[State]:
    """Return the certificates that count, oldest first: withdrawn ones do not.

    A standard written before there was a history has one: `certificate_number`, `calibrated_until`, `valid_from`.
    """
    rows = [row for row in standard.get("certificates") or () if isinstance(row, Mapping)]
    if not rows:
        rows = [{"number": standard.get("certificate_number"), "issued_on": standard.get("valid_from"),
                 "valid_until": standard.get("calibrated_until")}]  # fmt: skip
    standing = [row for row in rows if not row.get("withdrawn")]
    return sorted(
        standing, key=lambda row: str(row.get("issued_on") or "")
    )  # stable: of one day, the last entered counts


def certificate_on(standard: State, on: date) -> State | None:
    """Return the certificate that a standard stood under on a day: the newest issued by then, None where none was.

    A newer one takes the older one's place also where it ends sooner.
    """
    issued = [row for row in certificates(standard) if str(row.get("issued_on") or "") <= on.isoformat()]
    return issued[-1] if issued else None


def valid_on(standard: State, on: date) -> bool:
    """Tell whether a standard stood under a certificate that had not run out."""
    row = certificate_on(standard, on)
    return row is not None and on.isoformat() <= str(row.get("valid_until") or "")


def unsupported_on(standard: State, days: Sequence[date]) -> date | None:
    """Return the first of these days on which a standard stood under no certificate that had not run out."""
    return next((on for on in sorted(days) if not valid_on(standard, on)), None)


def fault(standard: State, days: Sequence[date]) -> str | None:
    """Say why a standard cannot carry what was measured on these days, None where it can."""
    on = unsupported_on(standard, days)
    if on is None:
        return None
    until = (certificate_on(standard, on) or {}).get("valid_until")
    if until:
        return f"{named(standard)} hết hạn hiệu chuẩn ngày {day_words(until)}, trước ngày kiểm tra {day_words(on)}"
    return f"{named(standard)} chưa có giấy chứng nhận còn hạn vào ngày kiểm tra {day_words(on)}"


def supported(
    computed: Mapping[str, Any],
    procedure: str,
    used: Sequence[State],
    days: Sequence[date],
    reasons: Mapping[str, Any],
) -> dict[str, Any]:
    """Return a computed result as the standards used (states with `id`) let it stand.

    A standard of a kind that the procedure measures with and that had run out, or had no certificate yet, on a day of the
    inspection leaves no verdict, unless `reasons` says why it was used all the same. None listed is only noted. What
    could not be computed says its own reason.
    """
    needs = load().needs.get(procedure)
    if needs is None or not needs.kinds or not computed["errors"]:
        return dict(computed)
    own = [standard for standard in used if standard.get("kind") in needs.kinds]
    found = [(standard, why) for standard in own if (why := fault(standard, days)) is not None]
    blocking = [why for standard, why in found if not is_written(reasons.get(str(standard.get("id"))))]
    if blocking:
        said = str(computed["explanation"])
        rest = said.removeprefix(f"{WORDS[Verdict(computed['verdict'])]}: ")
        said = f"chưa kết luận: {'; '.join(blocking)}, không ghi lý do vẫn dùng; {rest}"
        return {**computed, "verdict": Verdict.INCONCLUSIVE.value, "explanation": said}
    notes = [f"{why}, có ghi lý do vẫn dùng" for _, why in found]
    notes += [_unfit(standard) for standard in used if standard.get("kind") in needs.unfit]
    if not own:
        notes.append(f"chưa ghi chuẩn đo lường đã dùng ({' hoặc '.join(load().kinds[k].vi for k in needs.kinds)})")
    return {**computed, "explanation": "; ".join([str(computed["explanation"]), *notes])}


def cycle_of(rules: RuleSet, kind: str) -> Cycle | None:
    """Return the last confirmed rule on how long a certificate of a kind lasts, None where nobody read one."""
    named = load().cycles.get(kind)
    known = [c for c in rules.cycles if c.instrument_type == named and c.status is LimitStatus.CONFIRMED]
    return max(known, key=lambda cycle: cycle.valid_to or date.max, default=None)


def longest_until(rules: RuleSet, kind: str, issued_on: date) -> tuple[date, Cycle] | None:
    """Return the last day that a certificate of a kind may name and the rule that says so, None where none was read."""
    cycle = cycle_months(rules, load().cycles.get(kind, ""), issued_on)
    if cycle is None or cycle.months is None or cycle.status is not LimitStatus.CONFIRMED:
        return None
    return months_after(issued_on, cycle.months), cycle


def months_after(day: date, months: int) -> date:
    """Return the same day so many calendar months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def named(standard: State) -> str:
    """Name a standard as the paper does."""
    serial = standard.get("serial")
    return f"{standard.get('name') or 'chuẩn đo lường'}{f' số {serial}' if serial else ''}"


def _unfit(standard: State) -> str:
    kind = load().kinds[str(standard["kind"])].vi
    return f"{named(standard)} là {kind}, không dùng cho phép đo này"


def is_written(reason: object) -> bool:
    """Tell whether somebody wrote down why a standard was used all the same."""
    return isinstance(reason, str) and bool(reason.strip())


def day_words(value: object) -> str:
    """Write a day the Vietnamese way; what is no day stays as it is."""
    try:
        return date.fromisoformat(str(value)).strftime("%d/%m/%Y")
    except ValueError:
        return str(value)
