"""Slips of a mobile verification: the server's conclusion beside a naive one in fractions and beside the tablet's, with its
reasons; where instruments stand."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from typing import Any

import pytest

from checklists import catalog
from checklists.limits import load_rules
from checklists.model import Checklist
from checklists.verification import Standing, queue
from sync import conclusions, findings
from sync.overlay import Overlay
from sync.world import Document
from tests.checklists.procedures.test_against_fractions import COMPARISONS
from tests.checklists.slips import CODE, Slip, slip
from tests.checklists.twins.hostile import anything
from tests.checklists.twins.tablet import Tablet, same
from tests.checklists.twins.test_inspections import Agency
from tests.sync.world import NOW

RULES = load_rules()
AT_ONCE = 200
# Each slip has some four tables.
TABLES = 4
# What the protocol's schemas and the server itself see to.
_SURE = {"subject_id", "item", "checklist", "session_id", "checklists", "rules", "created_by", "visits"}
State = dict[str, Any]


def ours(made: Slip) -> State | None:
    """What the server concludes, after it judged every finding."""
    world = Agency(rule_set=RULES)
    put: list[tuple[str, str, str | None, State]] = [
        ("campaign", "c", None, made.campaign), ("inspection", made.id, "c", made.inspection),
        ("verification_session", str(made.inspection["session_id"]), "c", made.session),
        ("instrument", made.instrument_id, None, made.instrument)]  # fmt: skip
    put += [("measurement_standard", id, None, state) for id, state in made.standards.items()]
    put += [("finding", id, made.id, state) for id, state in made.findings.items()]
    world.documents = {(kind, id): Document(kind, id, parent, "s", 1, state) for kind, id, parent, state in put}
    inspection = world.documents["inspection", made.id]
    view = Overlay(world, NOW.isoformat())
    judged = {}
    for id, state in made.findings.items():
        item = latest().item(state["item"])
        computed = item and findings.compute(view, inspection, item, world.documents["finding", id])
        judged["finding", id] = Document("finding", id, made.id, "s", 1, {**state, "computed": computed})
    world.documents |= judged
    found = conclusions.conclude(Overlay(world, NOW.isoformat()), inspection, made.instrument_id)
    return None if found is None else {"verdict": found.verdict.value, "reasons": list(found.reasons)}


def latest() -> Checklist:
    return catalog.load().latest(CODE)


def question(made: Slip) -> State:
    """The same to the tablet."""

    def documents(states: dict[str, State]) -> list[State]:
        return [{"id": id, "state": state} for id, state in states.items()]

    recorded = any(state["item"] == "KD11" and not state.get("voided") for state in made.findings.values())
    return {
        "call": "conclusion", "under": "shipped", "checklist": f"{CODE} {latest().version}", "inspection": made.inspection,
        "campaign_kind": made.campaign["kind"], "findings": documents(made.findings), "standards": documents(made.standards),
        "instruments": documents({made.instrument_id: made.instrument}), "session": made.session, "team": made.campaign["team"],
        "verifier": "u1" if recorded else None,
    }  # fmt: skip


@pytest.fixture(scope="module")
def knowing(tablet: Tablet) -> Tablet:
    """A tablet that has the checklist."""
    tablet.answers([{"call": "checklist", "name": f"{CODE} {latest().version}", "served": latest().definition}])
    return tablet


def chance(name: str, config: pytest.Config) -> tuple[random.Random, int]:
    """Random slips of one test, and how many."""
    count = (config.getoption("--comparisons") or COMPARISONS) // TABLES
    return random.Random(f"{name} {config.getoption('--comparison-seed') or 2021}"), count


def test_the_conclusion_is_that_of_a_naive_second_rule_in_fractions(pytestconfig: pytest.Config) -> None:
    rng, count = chance("naive", pytestconfig)
    seen: Counter[str | None] = Counter()
    for _ in range(count):
        made = slip(rng, RULES.version)
        found = ours(made)
        assert (found and found["verdict"]) == made.verdict, (made, found)
        seen[made.verdict] += 1
    assert min(seen[word] for word in ("pass", "fail", "inconclusive")) > count // 25, seen


def spoilt(rng: random.Random, made: Slip) -> Slip:
    """Put what no tablet of ours would write somewhere."""
    new = copy.deepcopy(made)
    for _ in range(rng.choice([1, 1, 2, 4])):
        place: State = rng.choice([new.session, new.inspection, new.instrument, *new.campaign["team"],
                                   *new.findings.values(), *new.findings.values()])  # fmt: skip
        key = rng.choice([each for each in place if each not in _SURE])
        if isinstance(place[key], dict) and place[key] and rng.random() < 0.7:
            place, key = place[key], rng.choice([*place[key]])
        place[key] = anything(rng)
    return new


def test_the_tablet_concludes_the_same_for_the_same_reasons(knowing: Tablet, pytestconfig: pytest.Config) -> None:
    rng, count = chance("twin", pytestconfig)
    seen: Counter[str] = Counter()
    for first in range(0, count, AT_ONCE):
        cases = [slip(rng, RULES.version) for _ in range(min(AT_ONCE, count - first))]
        cases = [spoilt(rng, made) if rng.random() < 0.4 else made for made in cases]
        cases = [json_of(made) for made in cases]
        for made, theirs in zip(cases, knowing.answers(question(made) for made in cases), strict=True):
            mine = ours(made)
            assert same(mine, theirs), (made, mine, theirs)
            seen["none" if mine is None else str(mine["verdict"])] += 1
            seen["reasons"] += 0 if mine is None else len(mine["reasons"])
    assert min(seen[word] for word in ("pass", "fail", "inconclusive", "reasons")) > count // 40, seen


def json_of(made: Slip) -> Slip:
    """The slip as it comes over the wire."""
    return Slip(**json.loads(json.dumps(made.__dict__)))


def standing(rng: random.Random) -> State:
    """A slip with its findings, in any order of the day."""
    ids = ["a", "b", "c"]
    entry = [
        None,
        "x",
        {},
        {"at": "2026-03-04T08:00:00+07:00"},
        {"at": "2026-03-04T09:00:00+07:00", "to": "Chị Hoa"},
        anything(rng),
    ]
    inspection: State = {
        name: {id: rng.choice(entry) for id in ids if rng.random() < often}
        for name, often in (("received", 0.7), ("handed_back", 0.2))
    }
    if rng.random() < 0.1:
        inspection[rng.choice([*inspection])] = anything(rng)
    rows = [
        {"checklist": rng.choice([CODE, CODE, CODE, "general"]), "item": rng.choice(["KD02", "KD07", "KD0902", "KD10", "KD11", "KD11", "KD11", "KD17"]),
         "subject_id": rng.choice([*ids, *ids, None]), "answer": rng.choice(["conforming", "nonconforming", "not_applicable", None]),
         "values": rng.choice([{}, {"conclusion": rng.choice(["pass", "fail", "inconclusive"])}, {"conclusion": anything(rng)}, anything(rng)]),
         "rows": rng.choice([[], [{"load": "1"}], anything(rng)]), "voided": rng.choice([None, None, None, {"reason": "Nhầm"}])}
        for _ in range(rng.randint(0, 9))
    ]  # fmt: skip
    return {"call": "queue", "inspection": inspection, "rows": rows}


def test_instruments_stand_at_the_same_place_for_both(tablet: Tablet, pytestconfig: pytest.Config) -> None:
    rng, count = chance("queue", pytestconfig)
    seen: Counter[str] = Counter()
    for first in range(0, count, AT_ONCE):
        asked = [json.loads(json.dumps(standing(rng))) for _ in range(min(AT_ONCE, count - first))]
        for each, theirs in zip(asked, tablet.answers(asked), strict=True):
            found = queue(each["inspection"], each["rows"])
            mine = [
                [id, {"standing": at.standing, "conclusion": at.conclusion, "adjusted": at.adjusted}]
                for id, at in found.items()
            ]
            assert same(mine, theirs), (each, mine, theirs)
            seen.update(at.standing for at in found.values())
    assert len(seen) == len(Standing), seen
    assert min(seen.values()) > count // 40, seen
