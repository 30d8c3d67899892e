"""From errors and a limit row to a verdict and its words: the third verdict is decided here, for all procedures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from checklists.model import Limit, LimitStatus, LimitTable, Verdict
from checklists.procedures.figures import short, vi

WORDS = {Verdict.PASS: "đạt", Verdict.FAIL: "không đạt", Verdict.INCONCLUSIVE: "chưa kết luận"}
NO_BASIS = "thiếu căn cứ sai số"


@dataclass(frozen=True)
class Allowance:
    """How far an error may go on each side, in the unit of the error; None = that side is free.

    `value` and `unit` are what is printed as the limit, `lower_value` the other side where it differs. `squared`: the
    sides are squares, so that a limit that is a root (k·s) is compared without one. `said`: the words of a limit that
    is no number (a day).
    """

    upper: Fraction | None
    lower: Fraction | None
    value: str
    unit: str
    lower_value: str | None = None
    squared: bool = False
    said: str | None = None

    def words(self) -> str:
        """Return the limit as a person reads it."""
        if self.lower is None:
            return f"không quá {vi(self.value)} {self.unit}"
        if self.upper is None:
            return f"thiếu không quá {vi(self.value)} {self.unit}"
        if self.lower_value is not None:
            return f"+{vi(self.value)}/−{vi(self.lower_value)} {self.unit}"
        return f"±{vi(self.value)} {self.unit}"

    def excess(self, error: Fraction) -> Fraction:
        """Return how far the error is beyond the limit; zero or less = within (the limit itself passes)."""
        sides = []
        error = error * abs(error) if self.squared else error
        if self.upper is not None:
            sides.append(error - self.upper)
        if self.lower is not None:
            sides.append(-self.lower - error)
        return max(sides)


@dataclass(frozen=True)
class Judged:
    """One judged quantity: a row, or the one figure of a series. `place` names it in the explanation."""

    error: Fraction
    printed: str
    unit: str
    limit: Limit | None
    allowance: Allowance | None
    place: str
    reason: str | None = None
    signed: bool = True
    no_basis: str = NO_BASIS

    @property
    def verdict(self) -> Verdict:
        """Decide only on a confirmed or given limit that covers this size (design: three verdicts)."""
        if self.limit is None or self.allowance is None or self.limit.status is LimitStatus.UNCONFIRMED:
            return Verdict.INCONCLUSIVE
        return Verdict.PASS if self.allowance.excess(self.error) <= 0 else Verdict.FAIL

    @property
    def shown(self) -> Fraction:
        """The figure as printed, rounded."""
        return Fraction(self.printed)

    @property
    def severity(self) -> tuple[int, Fraction]:
        """Order judged quantities so that the one that explains the whole verdict is greatest."""
        excess = self.allowance.excess(self.error) if self.allowance else abs(self.error)
        return _WEIGHT[self.verdict], excess

    def limit_json(self) -> dict[str, Any] | None:
        """Return the limit as printed beside the error, also when it may not decide."""
        if self.limit is None:
            return None
        shown = self.allowance
        sides = {"lower": shown.lower_value} if shown and shown.lower_value is not None else {}
        return {
            "value": shown.value if shown else None,
            **sides,
            "unit": shown.unit if shown else self.limit.unit,
            "source": self.limit.source,
            "status": self.limit.status.value,
        }


_WEIGHT = {Verdict.PASS: 0, Verdict.INCONCLUSIVE: 1, Verdict.FAIL: 2}


def symmetric(limit: Limit | None, size: Callable[[str, Fraction], Fraction]) -> Allowance | None:
    """Return the allowance of a plain row on both sides of zero: max(value, floor), `lower` for the negative side.

    `size` turns (unit, number) into the unit of the error.
    """
    if limit is None or limit.value is None:
        return None
    value, unit = Fraction(limit.value), limit.unit
    upper = size(unit, value)
    lower = upper if limit.lower is None else size(unit, Fraction(limit.lower))
    lower_value = None if limit.lower is None else short(Fraction(limit.lower))
    if limit.floor is not None and limit.floor_unit is not None:
        floor = size(limit.floor_unit, Fraction(limit.floor))
        if floor > upper and floor >= lower:
            value, unit, lower_value = Fraction(limit.floor), limit.floor_unit, None
        upper, lower = max(upper, floor), max(lower, floor)
    return Allowance(upper, lower, short(value), unit, lower_value)


def at_most(limit: Limit | None, size: Fraction) -> Allowance | None:
    """Return the allowance of a row that only bounds from above, read from its table at this size where it has one."""
    if limit is None:
        return None
    found = limit.value if limit.table is None else look_up(limit.table, size)
    return None if found is None else Allowance(Fraction(found), None, short(Fraction(found)), limit.unit)


def look_up(table: LimitTable, size: Fraction) -> Fraction | None:
    """Return the allowance of a size, or None where the table ends (design: no verdict beyond a table)."""
    if table.above is not None and size <= Fraction(table.above):
        return None
    if table.kind == "linear":
        return _interpolate(table, size)
    if table.kind == "up_to":
        for bound, value in table.steps:
            if bound is None or size <= Fraction(bound):
                return Fraction(value)
        return None
    found = None
    for bound, value in table.steps:
        if bound is not None and Fraction(bound) <= size:
            found = Fraction(value)
    return found


def _interpolate(table: LimitTable, size: Fraction) -> Fraction | None:
    points = [(Fraction(bound), Fraction(value)) for bound, value in table.steps if bound is not None]
    low, at_low = Fraction(0), Fraction(0)
    for high, at_high in points:
        if size <= high:
            return at_low + (at_high - at_low) / (high - low) * (size - low)
        low, at_low = high, at_high
    return None  # above the last point the caller applies beyond_percent in its own units


def overall(verdicts: Sequence[Verdict]) -> Verdict:
    """Return fail if anything fails, else inconclusive if anything is, else pass."""
    return max(verdicts, key=lambda verdict: _WEIGHT[verdict])


def conclude(judged: Sequence[Judged], rows: list[dict[str, Any]], *notes: str, **summary: str) -> dict[str, Any]:
    """Return the answer of a procedure; the limit and the words are those of the most telling quantity."""
    verdict = overall([each.verdict for each in judged])
    telling = max(judged, key=lambda each: each.severity)
    sentences = [*_explain(telling, verdict, judged), *notes]
    return {
        "rows": rows,
        "limit": telling.limit_json(),
        "verdict": verdict.value,
        "explanation": "; ".join(sentences),
        **summary,
    }


def _explain(telling: Judged, verdict: Verdict, judged: Sequence[Judged]) -> list[str]:
    """Return the verdict, what was measured, the limit with its source, and why, as a person reads them."""
    figure = f"{telling.place}: {vi(telling.printed, signed=telling.signed)} {telling.unit}"
    limit = _limit_words(telling)
    if verdict is Verdict.INCONCLUSIVE:
        known = [] if telling.reason and telling.limit is None else [limit]
        return [f"chưa kết luận: {telling.reason or telling.no_basis}", figure, *known, *_why_unconfirmed(telling)]
    return [f"{WORDS[verdict]}: {figure}", limit, *_rounded_away(telling), *_how_many(verdict, judged)]


def _how_many(verdict: Verdict, judged: Sequence[Judged]) -> list[str]:
    if len(judged) == 1:
        return []
    if verdict is Verdict.PASS:
        return [f"cả {len(judged)} kết quả trong giới hạn"]
    over = sum(each.verdict is Verdict.FAIL for each in judged)
    return [f"{over} trên {len(judged)} kết quả vượt giới hạn"]


def _rounded_away(telling: Judged) -> list[str]:
    """Return why a printed figure that looks within its limit is not: only what is printed was rounded."""
    if telling.verdict is not Verdict.FAIL or telling.allowance is None:
        return []
    hidden = telling.allowance.excess(telling.shown) <= 0
    return ["giá trị chưa làm tròn vượt giới hạn"] if hidden else []


def _why_unconfirmed(telling: Judged) -> list[str]:
    limit = telling.limit
    if limit is None or limit.status is not LimitStatus.UNCONFIRMED or not limit.note:
        return []
    return [f"lý do: {limit.note}"]


def _limit_words(telling: Judged) -> str:
    limit, shown = telling.limit, telling.allowance
    if limit is None:
        return "bộ quy tắc không có giới hạn nào áp dụng cho ngày này"
    if shown is None:
        missing = "không có bậc nào cho trường hợp này" if limit.table else "chưa có giá trị giới hạn"
        return f"{missing}, theo {limit.source}"
    if limit.status is LimitStatus.GIVEN:
        return f"{limit.source} {shown.said or shown.words()}"
    status = " chưa được xác nhận" if limit.status is LimitStatus.UNCONFIRMED else ""
    if shown.said is not None:
        return f"{shown.said}, theo căn cứ{status}: {limit.source}"
    return f"giới hạn{status} {shown.words()}, theo {limit.source}"
