"""Requests to procedures: real readings, the same slightly spoilt, and the right keys with anything in them."""

from __future__ import annotations

import copy
import random
from typing import Any

from checklists.procedures import inputs, limit_units
from tests.checklists.procedures.test_against_fractions import MAKERS
from tests.checklists.twins.hostile import ALMOST_NUMBERS, anything, reading

DAYS = [
    "2021-07-15",
    "2021-07-15",
    "2014-05-31",
    "2019-12-31",
    "2026-04-14",
    "2026-04-15",
    "2026-11-23",
    "0001-01-01",
    "9999-12-31",
]
PLAIN = ["value", "unit", "lower", "floor", "floor_unit", "k", "allowed", "x"]


def question(rng: random.Random, name: str) -> dict[str, Any]:
    """Return one question to both computations."""
    case = MAKERS[name](rng)
    request: Any = {"date": "2021-07-15", "context": "inspection", **copy.deepcopy(case.request)}
    under = "confirmed" if case.confirmed else rng.choice(["shipped", "confirmed"])
    if rng.random() < 0.3:
        request |= {part: _shorter(request[part]) for part in ("parameters", "rows") if part in request}
    kind = rng.random()
    if kind > 0.85:
        request = _right_keys(rng, name)
    elif kind > 0.4:
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            _spoil(rng, name, request)
    return {"call": "evaluate", "name": name, "request": request, "under": under}


def _shorter(value: Any) -> Any:
    """Readings without zeros at their end: with how many decimals they were written decides what is printed."""
    if isinstance(value, list):
        return [_shorter(each) for each in value]
    if isinstance(value, dict):
        return {key: _shorter(each) for key, each in value.items()}
    return value.rstrip("0").rstrip(".") if isinstance(value, str) and "." in value else value


def _spoil(rng: random.Random, name: str, request: dict[str, Any]) -> None:
    """Change one thing of a request that could be computed with."""
    parameters, row = inputs(name)
    what = rng.random()
    if what < 0.12:
        request["date"] = rng.choice([*DAYS, "2021-2-3", None])
    elif what < 0.2:
        request["context"] = rng.choice(["verification", "verification", "inspection", "any", 1])
    elif what < 0.32:
        request["limit"] = rng.choice([None, limit(rng, name), limit(rng, name), anything(rng)])
    elif what < 0.5:
        _change(rng, request.setdefault("parameters", {}), sorted(parameters))
    elif what < 0.56:
        request["parameters"] = {
            **request.get("parameters", {}),
            "resolution": rng.choice(["0.1", "1", "0.01", "10", "0"]),
        }
    elif what < 0.6:
        request["rows"] = _other_rows(rng, request.get("rows"))
    elif what < 0.63:
        request[rng.choice(["x", "rows", "unit", "date"])] = anything(rng)
    elif isinstance(request.get("rows"), list) and request["rows"] and isinstance(request["rows"][0], dict):
        _change(rng, rng.choice(request["rows"]), [*sorted(row), "label", "note", "point"])


def _other_rows(rng: random.Random, rows: Any) -> Any:
    """Fewer or more rows; now and then as many as the most that are taken, or one more."""
    if not isinstance(rows, list) or not rows or rng.random() < 0.3:
        return rng.choice([[], anything(rng)])
    many = 1000 // len(rows) if rng.random() < 0.02 else rng.randint(2, 5)
    return rows * many + rows[:1] * rng.randint(0, 1)


def _change(rng: random.Random, group: Any, keys: list[str]) -> None:
    if not isinstance(group, dict):
        return
    key = rng.choice([*keys, *keys, *keys, "x"])
    if rng.random() < 0.2:
        group.pop(key, None)
    elif isinstance(group.get(key), list) and rng.random() < 0.7:
        group[key] = [*group[key], rng.choice([reading(rng), reading(rng), anything(rng)])]
    else:
        group[key] = rng.choice([reading(rng), reading(rng), anything(rng), anything(rng), [reading(rng)]])


def limit(rng: random.Random, name: str) -> dict[str, Any]:
    """A limit as somebody types it."""
    units = [*limit_units(name), *limit_units(name), "%", "e", "lb", "μSv/h", None]
    found: dict[str, Any] = {"value": rng.choice(["0.3", "1", "0", "2.50", reading(rng)]), "unit": rng.choice(units)}
    for key in rng.sample(PLAIN, rng.choice([0, 0, 1, 2])):
        found[key] = rng.choice(units) if key.endswith("unit") else rng.choice(["0.5", "1", "2", reading(rng), None])
    kind = rng.random()
    if kind < 0.3:
        found |= {"floor": reading(rng).lstrip("-"), "floor_unit": rng.choice(units)}
    elif kind < 0.5:  # the least allowance is just the one below zero
        found |= {"lower": "0.5", "floor": "0.5", "floor_unit": found["unit"]}
    return found


def _right_keys(rng: random.Random, name: str) -> Any:
    parameters, row = inputs(name)
    if rng.random() < 0.05:
        return anything(rng)

    def cell() -> Any:
        numbers = [reading(rng) for _ in range(rng.randint(1, 4))]
        return rng.choice([anything(rng), reading(rng), numbers, [*numbers, rng.choice(ALMOST_NUMBERS)]])

    return {
        "date": rng.choice(DAYS),
        "context": rng.choice(["verification", "inspection"]),
        "parameters": {key: cell() for key in sorted(parameters) if rng.random() < 0.8},
        "rows": [{key: cell() for key in sorted(row) if rng.random() < 0.8} for _ in range(rng.randint(0, 3))],
        "limit": rng.choice([None, limit(rng, name), anything(rng)]),
    }
