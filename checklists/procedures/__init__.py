"""Metrological procedures: readings and limits in, errors and a verdict out. The registry; one file per family.

To add one: write `<family>.py` with its `PROCEDURES`, name the family below, add rows to data/limits and vectors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklists.limits import RuleSet
from checklists.procedures import fuel, gold, nawi, radiation, taximeter
from checklists.procedures.readings import Procedure, ProcedureInputError, parse

__all__ = ["Procedure", "ProcedureInputError", "evaluate", "inputs", "limit_units", "names"]

_FAMILIES = (fuel, nawi, taximeter, gold, radiation)
_REGISTRY: Mapping[str, Procedure] = {
    procedure.name: procedure for family in _FAMILIES for procedure in family.PROCEDURES
}


def names() -> list[str]:
    """Return the names of all procedures, in the order of the registry."""
    return list(_REGISTRY)


def inputs(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of the parameters and of a row, so that a checklist's bindings can be checked."""
    procedure = _procedure(name)
    return procedure.parameters, procedure.row


def limit_units(name: str) -> tuple[str, ...]:
    """Return the units in which a limit of the procedure may be written."""
    return _procedure(name).units


def evaluate(name: str, request: object, rules: RuleSet) -> dict[str, Any]:
    """Return `{rows, limit, verdict, explanation}` of a request `{date, context, parameters, rows, limit}`.

    Only a confirmed limit of the rule set, or the one given in the request, may pass or fail; anything
    else is inconclusive with the numbers shown. Refuses bad input with ProcedureInputError, nothing else.
    """
    procedure = _procedure(name)
    return procedure.run(parse(request, rules, procedure))


def _procedure(name: str) -> Procedure:
    if name not in _REGISTRY:
        raise ProcedureInputError("name", f"không có phương pháp {name[:40]}; đang có: {', '.join(names())}")
    return _REGISTRY[name]
