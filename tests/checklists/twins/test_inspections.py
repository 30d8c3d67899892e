"""Whole inspections by every checklist in both languages: verdicts, which items are asked, what is missing."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from checklists import catalog
from checklists.conditions import applies
from checklists.limits import load_rules
from checklists.model import Checklist
from sync import findings, paper_results
from sync.overlay import Overlay
from sync.world import Document
from tests.checklists.procedures.test_against_fractions import COMPARISONS, confirmed
from tests.checklists.twins.inspections import Made, made
from tests.checklists.twins.tablet import Tablet, same
from tests.sync.world import NOW, Server

ALL = catalog.load().all()
# Each inspection has some twenty findings.
FINDINGS = 20


@dataclass
class Agency(Server):
    """A server in memory that publishes what is published."""

    def checklist(self, code: str, version: int) -> Checklist | None:
        return catalog.load().get(code, version)


def ours(case: Made, rules: Any) -> dict[str, Any]:
    """What the server computes, prints as missing and asks."""
    world = Agency(rule_set=rules)
    put = [("campaign", "c", None, {"kind": case.campaign_kind}), ("inspection", case.id, "c", case.inspection)]
    put += [("finding", id, case.id, state) for id, state in case.findings.items()]
    put += [("instrument", id, None, state) for id, state in case.instruments.items()]
    put += [("measurement_standard", id, None, state) for id, state in case.standards.items()]
    world.documents = {(kind, id): Document(kind, id, parent, "s", 1, state) for kind, id, parent, state in put}
    view = Overlay(world, NOW.isoformat())
    inspection = world.documents["inspection", case.id]
    computed = {}
    for id, state in case.findings.items():
        checklist = findings.pinned(view, inspection, case.checklist.code)
        item = None if checklist is None else checklist.item(state["item"])
        found = None if item is None else findings.compute(view, inspection, item, world.documents["finding", id])
        if found is not None:
            computed[id] = found
    standing = [f for f in case.findings.values() if not f.get("voided")]
    context = paper_results.Context(instruments=case.instruments, photo_numbers={})
    definition = case.checklist.definition
    block = paper_results.checklist_block(definition, paper_results.printed(standing, [definition]), context)
    subjects = [None, *case.instruments]
    answers = {subject: paper_results.answers_for(standing, subject) for subject in subjects}
    asked = [
        applies(item.when, None if subject is None else case.instruments[subject], answers[subject])
        for section in case.checklist.sections
        for item in section.items
        for subject in subjects
    ]
    return {"computed": computed, "missing": [row["key"] for row in block["missing"]], "asked": asked}


def question(case: Made, under: str) -> dict[str, Any]:
    """The same to the tablet."""

    def documents(states: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"id": id, "state": state} for id, state in states.items()]

    return {
        "call": "inspection", "under": under, "checklist": f"{case.checklist.code} {case.checklist.version}", "inspection": case.inspection,
        "campaign_kind": case.campaign_kind, "findings": documents(case.findings),
        "instruments": documents(case.instruments), "standards": documents(case.standards),
    }  # fmt: skip


@pytest.fixture(scope="module")
def knowing(tablet: Tablet) -> Tablet:
    """A tablet that has every checklist."""
    tablet.answers({"call": "checklist", "name": f"{c.code} {c.version}", "served": c.definition} for c in ALL)
    return tablet


@pytest.mark.parametrize("checklist", ALL, ids=lambda c: c.code)
def test_the_tablet_judges_asks_and_misses_the_same(
    checklist: Checklist, knowing: Tablet, pytestconfig: pytest.Config
) -> None:
    count = max(1, (pytestconfig.getoption("--comparisons") or COMPARISONS) // FINDINGS)
    rng = random.Random(f"{checklist.code} {pytestconfig.getoption('--comparison-seed') or 2021}")
    seen: Counter[str] = Counter()
    for _ in range(count):
        under = rng.choice(["shipped", "confirmed"])
        rules = confirmed() if under == "confirmed" else load_rules()
        case = made(rng, checklist, rules.version)
        asked = json.loads(json.dumps(question(case, under)))
        [theirs] = knowing.answers([asked])
        expected = ours(case, rules)
        for part, value in expected.items():
            assert same(value, theirs.get(part)), (part, asked, value, theirs.get(part, theirs))
        seen.update(computed["verdict"] for computed in expected["computed"].values())
        seen.update("missing" for _ in expected["missing"])
    assert seen["missing"] or not any(item.required for s in checklist.sections for item in s.items), seen
