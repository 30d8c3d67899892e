"""Metrological procedures: readings and limits in, errors and a verdict out. The registry; one file per family.

To add one: write `<family>.py` with its `PROCEDURES`, name the family below, add rows to data/limits and vectors, say in
data/standards.yaml what it measures with, and do the same in the tablet's twin (tablet/src/core/judging/procedures/).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checklists.limits import RuleSet
from checklists.procedures import (
    comparison,
    electricity,
    fuel,
    gold,
    medical,
    nawi,
    orphan_source,
    prepackage,
    produce,
    radiation,
    retail,
    taximeter,
    validity,
)
from checklists.procedures.readings import Procedure, ProcedureInputError, parse

__all__ = ["Procedure", "ProcedureInputError", "evaluate", "inputs", "limit_keys", "limit_units", "names"]

_FAMILIES = (
    fuel,
    nawi,
    taximeter,
    gold,
    radiation,
    electricity,
    medical,
    comparison,
    retail,
    prepackage,
    validity,
    orphan_source,
    produce,
)
_REGISTRY: Mapping[str, Procedure] = {
    procedure.name: procedure for family in _FAMILIES for procedure in family.PROCEDURES
}


def names() -> list[str]:
    """Return the names of all procedures, in the order of the registry."""
    return list(_REGISTRY)


def inputs(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of the parameters and of a row, so that a checklist's bindings can be checked."""
    procedure = _procedure(name)
    return procedure.all_parameters, procedure.all_row


def limit_keys(name: str) -> frozenset[str]:
    """Return by which keys a limit row of the procedure may be chosen: its inputs, and what it works out of them."""
    procedure = _procedure(name)
    return procedure.parameters | procedure.row | procedure.works_out


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
