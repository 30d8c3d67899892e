"""Conditions, bindings, standards and samples in both languages, over JSON of any kind."""

from __future__ import annotations

import json
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from checklists import catalog
from checklists.conditions import MAX_DEPTH, OPERATORS, applies
from checklists.draw import DrawError, draw
from checklists.judge import judge
from checklists.limits import load_rules
from checklists.standards import load
from tests.checklists.procedures.test_against_fractions import COMPARISONS
from tests.checklists.twins.hostile import ALMOST_NUMBERS, WORDS, anything, reading
from tests.checklists.twins.tablet import TABLET, Tablet, same

State = dict[str, Any]
REFERENCES = [
    "subject.type",
    "subject.attributes.e",
    "subject.a.b",
    "item:NA02.kind",
    "item:NA11",
    "item:NA11.answer",
    "item:Z9",
    "?",
]
MEASURED = [item for c in catalog.load().all() for s in c.sections for item in s.items if item.procedure is not None]
SERVED = {item["key"]: item for c in catalog.load().all() for s in c.definition["sections"] for item in s["items"]}
AT_ONCE = 500


@pytest.fixture
def chance(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> tuple[random.Random, int]:
    """Random questions of one test, and how many."""
    seed = pytestconfig.getoption("--comparison-seed") or 2021
    return random.Random(f"{request.node.name} {seed}"), pytestconfig.getoption("--comparisons") or COMPARISONS


def agreed(tablet: Tablet, count: int, ask: Callable[[], State], ours: Callable[[State], Any]) -> Iterator[Any]:
    """Ask the tablet as often, compare, and yield each answer."""
    for first in range(0, count, AT_ONCE):
        asked: list[State] = [json.loads(json.dumps(ask())) for _ in range(min(AT_ONCE, count - first))]
        for each, theirs in zip(asked, tablet.answers(asked), strict=True):
            mine = ours(each)
            assert same(mine, theirs), (each, mine, theirs)
            yield mine


def few(rng: random.Random) -> Any:
    """A value that often equals another one, written the same or not."""
    often = ["1", "1.0", "2", "-0", "0", "2021-07-15", "2021-07-16", "platform", 1, True, "true", ["1", "platform"]]
    return rng.choice([rng.choice(often), rng.choice(often), anything(rng)])


def compared(rng: random.Random) -> State:
    """One comparison, well formed or not."""
    body = {
        "from": rng.choice(REFERENCES),
        "op": rng.choice([*sorted(OPERATORS), "like"]),
        "value": few(rng),
    }
    if rng.random() < 0.1:
        body.pop(rng.choice([*body]))
    return {"compare": body}


def condition(rng: random.Random, depth: int = 4) -> Any:
    """A condition as deep as people write them, sometimes none at all."""
    kind = rng.random()
    if depth and kind < 0.3:
        return {rng.choice(["all", "any"]): [condition(rng, depth - 1) for _ in range(rng.randint(0, 3))]}
    if depth and kind < 0.45:
        return {"not": condition(rng, depth - 1)}
    return anything(rng) if kind > 0.95 else compared(rng)


def test_conditions_hold_for_both_or_for_none(tablet: Tablet, chance: tuple[random.Random, int]) -> None:
    rng, count = chance

    def ask() -> State:
        answers: State = {"NA02": {"values": {"kind": few(rng)}, "answer": anything(rng)}}
        number = {"values": {"value": rng.choice([reading(rng), few(rng)])}, "answer": "conforming"}
        answers["NA11"] = rng.choice([anything(rng), number, number])
        known = {"type": "weighbridge", "attributes": {"e": few(rng)}, "a": {"b": "2021-07-15"}}
        subject = rng.choice([None, anything(rng), known, known])
        conditions = [condition(rng) for _ in range(4)]
        if rng.random() < 0.1:
            for _ in range(rng.randint(MAX_DEPTH - 2, MAX_DEPTH + 2)):
                conditions[0] = {"not": conditions[0]}
        return {"call": "applies", "conditions": conditions, "subject": subject, "answers": answers}

    def ours(asked: State) -> list[bool]:
        return [applies(each, asked["subject"], asked["answers"]) for each in asked["conditions"]]

    held = Counter(each for mine in agreed(tablet, count, ask, ours) for each in mine)
    assert min(held[True], held[False]) > count // 2, held


def test_bindings_gather_the_same_of_any_json(tablet: Tablet, chance: tuple[random.Random, int]) -> None:
    rng, count = chance

    def finding(keys: list[str]) -> Any:
        def cells() -> State:
            return {
                key: rng.choice([reading(rng), anything(rng), [reading(rng), ""], "0.1 0,2;0.3\u00a0"])
                for key in keys
                if rng.random() < 0.7
            }

        return rng.choice(
            [
                anything(rng),
                {"values": cells(), "rows": [cells(), rng.choice([cells(), anything(rng)])]},
                {"values": anything(rng), "rows": anything(rng)},
            ]
        )

    def ask() -> State:
        item = rng.choice(MEASURED)
        assert item.procedure
        columns = [each.key for each in (*item.columns, *item.fields)]
        feeding = [
            str(each.get("from", "")).removeprefix("item:").partition(".")
            for each in item.procedure.parameters.values()
        ]
        return {
            "call": "judge", "under": "shipped", "item": SERVED[item.key], "finding": finding(columns),
            "subject": rng.choice([None, anything(rng), {"attributes": {"e": reading(rng), "accuracy_class": "III", "unit": "kg"}}]),
            "answers": {key: finding([field or "value"]) for key, _, field in feeding}, "on": "2021-07-15",
            "context": rng.choice(["verification", "inspection"]),
        }  # fmt: skip

    by_key = {item.key: item for item in MEASURED}

    def ours(asked: State) -> Any:
        item = by_key[asked["item"]["key"]]
        return judge(
            item,
            asked["finding"],
            asked["subject"],
            asked["answers"],
            load_rules(),
            date(2021, 7, 15),
            asked["context"],
        )

    verdicts = Counter(mine["verdict"] for mine in agreed(tablet, count, ask, ours))
    assert verdicts["inconclusive"] > count // 2, verdicts


def test_samples_are_the_same_or_refused_in_the_same_words(tablet: Tablet, chance: tuple[random.Random, int]) -> None:
    rng, count = chance

    def unit() -> str:
        made = rng.choice(
            [f"EMIC-{rng.randint(0, 40)}", f"emic-{rng.randint(0, 40)}", f" Đồng hồ {rng.randint(0, 90)}\t"]
        )
        strange = [
            "",
            " ",
            "Straße 1",
            "STRASSE 1",
            "ı",
            "i",
            "İ",
            "\U0001f600",
            "\uffee",
            "a\u200b",
            "\x85",
            "e\u0301",
            "é",
            "ς",
            "Σ",
            "\x1f",
        ]
        return rng.choice(
            [
                made,
                made,
                made,
                rng.choice(strange) if rng.random() < 0.3 else made,
                rng.choice([*WORDS, *ALMOST_NUMBERS]),
            ]
        )

    def ask() -> State:
        lot = [unit() for _ in range(rng.randint(0, 9))]
        lot = lot if rng.random() < 0.5 else list(dict.fromkeys(f"{each.strip()}{n}" for n, each in enumerate(lot)))
        return {"call": "draw", "units": lot, "size": rng.randint(-1, 8), "seed": rng.choice(["0a1b", unit()])}

    def ours(asked: State) -> State:
        try:
            found = draw(asked["units"], asked["size"], asked["seed"])
        except DrawError as problem:
            return {"problem": str(problem)}
        return {
            "seed": found.seed,
            "population": found.population,
            "list_sha256": found.list_sha256,
            "units": list(found.units),
        }

    drawn = Counter("problem" in mine for mine in agreed(tablet, count, ask, ours))
    assert min(drawn.values()) > count // 10, drawn


def test_two_signs_differ_only_in_capitals_for_both_or_for_none(tablet: Tablet) -> None:
    known = (chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) not in ("Cn", "Cs"))
    signs = [sign for sign in known if sign < "\u0250" or {sign.casefold(), sign.upper(), sign.lower()} != {sign}]
    [folded] = tablet.answers([{"call": "fold", "units": signs}])
    # The same classes, whatever stands for each: the words of the class are never shown.
    pairs = {(sign.casefold(), theirs) for sign, theirs in zip(signs, folded, strict=True)}
    assert len(pairs) == len({ours for ours, _ in pairs}) == len({theirs for _, theirs in pairs})


def test_the_tablet_has_the_register_of_standards_that_is_shipped() -> None:
    kept = json.loads((TABLET / "src" / "core" / "judging" / "standards.json").read_text("utf-8"))
    kinds = {key: {"vi": text.vi, "en": text.en} for key, text in load().kinds.items()}
    needs = {name: {"kinds": list(each.kinds), "unfit": list(each.unfit)} for name, each in load().needs.items()}
    assert kept == {"kinds": kinds, "procedures": needs}
