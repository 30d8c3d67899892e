"""What all rows of a rule set must be together: single ids, no dangling ones, one answer to each question on each day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from itertools import combinations
from typing import Any

from checklists.model import Cycle, Form, Law, Limit, Penalty, Violation
from checklists.rows import LimitError


def check(
    limits: Sequence[Limit],
    law: Sequence[Law],
    cycles: Sequence[Cycle],
    violations: Sequence[Violation],
    penalties: Sequence[Penalty],
    forms: Sequence[Form],
) -> None:
    """Refuse double ids, references to nothing, and rows of which nobody could tell which one holds."""
    _refuse_double_ids([limits, law, cycles, violations, penalties, forms])
    _refuse_dangling(law, violations, penalties, forms)
    _refuse_overlaps(limits, _one_limit)
    _refuse_overlaps(cycles, _one_cycle)
    _refuse_overlaps(penalties, lambda one, two: bool(set(one.violations) & set(two.violations)))
    _refuse_overlaps(forms, lambda one, two: one.paper == two.paper and bool(set(one.domains) & set(two.domains)))


def serves(row: str, procedure: str) -> bool:
    """Tell whether a row with this `procedure` is read by a procedure: by its own, or as a family by all of it."""
    return procedure == row or procedure.startswith(f"{row}-")


def _refuse_double_ids(kinds: Sequence[Sequence[Any]]) -> None:
    """Refuse an id twice, also in two kinds: a confirmation names its row by the id alone."""
    counts = Counter(row.id for rows in kinds for row in rows)
    if doubled := [key for key, count in counts.items() if count > 1]:
        raise LimitError(f"mã bị trùng: {', '.join(doubled)}")


def _refuse_dangling(
    law: Sequence[Law], violations: Sequence[Violation], penalties: Sequence[Penalty], forms: Sequence[Form]
) -> None:
    known, acts = {row.id for row in law}, {row.id for row in violations}
    wanted = [(f"law.yaml {row.id}", ref) for row in law for ref in (row.replaced_by, *row.amended_by) if ref]
    wanted += [(f"penalties.yaml {row.id}", row.law) for row in penalties]
    wanted += [(f"forms.yaml {row.id}", row.law) for row in forms]
    for where, ref in wanted:
        if ref not in known:
            raise LimitError(f"{where}: không có văn bản {ref}")
    for row in penalties:
        if strange := sorted(set(row.violations) - acts):
            raise LimitError(f"penalties.yaml {row.id}: không có hành vi {', '.join(strange)}")


def _refuse_overlaps(rows: Sequence[Any], same: Callable[[Any, Any], bool]) -> None:
    for one, two in combinations(rows, 2):
        if (
            same(one, two)
            and (one.valid_from or date.min) <= (two.valid_to or date.max)
            and (two.valid_from or date.min) <= (one.valid_to or date.max)
        ):
            raise LimitError(f"{one.id} và {two.id} cùng có hiệu lực cho một trường hợp: không biết chọn dòng nào")


def _one_limit(one: Limit, two: Limit) -> bool:
    return (
        (serves(one.procedure, two.procedure) or serves(two.procedure, one.procedure))
        and (one.context == two.context or "any" in (one.context, two.context))
        and all(one.parameters[key] == two.parameters[key] for key in one.parameters.keys() & two.parameters)
    )


def _one_cycle(one: Cycle, two: Cycle) -> bool:
    return one.instrument_type == two.instrument_type and (one.kind == two.kind or None in (one.kind, two.kind))
