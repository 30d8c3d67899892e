"""What one inspection counts for in a report, and the sums of many. Pure: a second count can be held against it.

A figure is named by a key of words: `("item", "fuel-dispenser", "FU14", "fail")`. An inspection stands behind a figure
when it counts for its key, so that every number of a report leads to the inspections that make it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from server.services.days import day_of

State = Mapping[str, Any]
Key = tuple[str, ...]
PASS, FAIL, INCONCLUSIVE = "pass", "fail", "inconclusive"
VERDICTS = (PASS, FAIL, INCONCLUSIVE)
CARRIED_OUT = frozenset({"issued", "returned", "approved"})
"""What closing minutes ended: only these have results."""
ALL, DONE, RECHECKS, LATE = ("inspections",), ("carried_out",), ("rechecks",), ("late",)
REQUIREMENTS, OVERDUE = ("requirements",), ("requirements_overdue",)
SUSPENSIONS, STANDING, ENDED = ("suspensions",), ("suspensions_standing",), ("suspensions_ended",)
SAMPLES, SAMPLES_LATE = ("samples",), ("samples_late",)
CASES, DECIDED, FINED, PAID = ("cases",), ("cases_decided",), ("fined",), ("paid",)
_WORST = {FAIL: 2, INCONCLUSIVE: 1, PASS: 0}


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sample: where it stands, whether its hand-over is late, what laboratories concluded. Void ones are left out."""

    stage: str
    is_late: bool
    conclusions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Fined:
    """A violation case: its decision's amount and what was paid, in dong as typed."""

    is_decided: bool
    amount: int
    paid: int


@dataclass(frozen=True, slots=True)
class Examined:
    """One inspection with all that was recorded in it. `on` = the day of its first visit, else the planned one.

    `types` = instrument id -> type; `standing` = the suspensions of its own that nothing has ended.
    """

    id: str
    campaign_id: str
    establishment_id: str
    state: State
    on: date | None
    domain: str
    commune: str
    types: Mapping[str, str] = field(default_factory=dict)
    findings: Sequence[State] = ()
    requirements: Sequence[State] = ()
    suspensions: Sequence[str] = ()
    standing: frozenset[str] = frozenset()
    samples: Sequence[Sampled] = ()
    cases: Sequence[Fined] = ()


@dataclass(slots=True)
class Totals:
    """The sums: `sums[key]` of what is counted (turns, samples, dong), `inspections[key]` of inspections behind it."""

    sums: Counter[Key] = field(default_factory=Counter)
    inspections: Counter[Key] = field(default_factory=Counter)
    establishments: set[str] = field(default_factory=set)

    def add(self, one: Examined, counted: Counter[Key]) -> None:
        """Add what one inspection counts for."""
        self.sums.update(counted)
        self.inspections.update(counted.keys())
        if one.state.get("status") in CARRIED_OUT:
            self.establishments.add(one.establishment_id)

    def below(self, *prefix: str) -> dict[Key, int]:
        """Return the figures whose keys begin so, by the rest of their keys."""
        size = len(prefix)
        return {key[size:]: count for key, count in self.sums.items() if key[:size] == prefix and len(key) > size}


def verdict_of(finding: State) -> str | None:
    """Return what a finding says: against the site where the inspector or the computation is; None = it says nothing.

    A measurement without a confirmed limit is inconclusive whatever else was ticked.
    """
    if finding.get("voided"):
        return None
    answer, computed = finding.get("answer"), (finding.get("computed") or {}).get("verdict")
    if answer == "nonconforming" or computed == FAIL:
        return FAIL
    if answer in {"not_checked", "not_applicable"}:
        return None
    if computed == INCONCLUSIVE:
        return INCONCLUSIVE
    return PASS if answer == "conforming" or computed == PASS else None


def worst(verdicts: Iterable[str]) -> str:
    """Return the worst of some verdicts; where nobody judged anything, nothing is concluded."""
    return max(verdicts, key=_WORST.__getitem__, default=INCONCLUSIVE)


def counted(one: Examined, today: date) -> Counter[Key]:
    """Return what an inspection counts for; deadlines as of a day. What it does not count for is not there."""
    found: Counter[Key] = Counter(_progress(one, today))
    if one.state.get("status") in CARRIED_OUT:
        found.update(_results(one))
    found.update(_acts(one, today))
    for case in one.cases:
        found.update({CASES: 1, DECIDED: int(case.is_decided), FINED: case.amount, PAID: case.paid})
    return +found


def shares(parts: Sequence[int]) -> list[str]:
    """Write parts as per cent of their sum, to a tenth with a decimal comma, so that they sum to 100,0; '' of nothing.

    What rounding leaves over goes to the parts that lost most (largest remainder), the first of equals.
    """
    whole = sum(parts)
    if not whole:
        return [""] * len(parts)
    tenths = [part * 1000 // whole for part in parts]
    losers = sorted(range(len(parts)), key=lambda n: (-(parts[n] * 1000 % whole), n))
    for n in losers[: 1000 - sum(tenths)]:
        tenths[n] += 1
    return [f"{each // 10},{each % 10}" for each in tenths]


def _progress(one: Examined, today: date) -> Iterator[Key]:
    status = str(one.state.get("status"))
    yield ALL
    yield "status", status
    if one.state.get("follows"):
        yield RECHECKS
    if status in CARRIED_OUT:
        yield DONE
    if status == "not_carried_out":
        yield "cause", str((one.state.get("attempt") or {}).get("cause") or "other")
    planned = day_of(one.state.get("planned_on"))
    if status == "planned" and planned is not None and planned < today:
        yield LATE


def _results(one: Examined) -> Iterator[Key]:
    """Count verdicts: of each item on each instrument, of each instrument, of the whole inspection.

    The ordinals of one item on one instrument are one turn with the worst verdict of them; what nobody judged does not
    count. An inspection without any verdict is inconclusive.
    """
    turns: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for finding in one.findings:
        verdict = verdict_of(finding)
        if verdict is None:
            continue
        code, item = str(finding.get("checklist")), str(finding.get("item"))
        turns[str(finding.get("subject_id") or ""), code, item].append(verdict)
        if verdict == FAIL:
            yield "breach", code, item
    whole: dict[str, list[str]] = defaultdict(list)
    for (subject, code, item), verdicts in turns.items():
        of_turn = worst(verdicts)
        whole[subject].append(of_turn)
        if subject in one.types:
            yield "item", code, item, of_turn
    for subject, verdicts in whole.items():
        if subject in one.types:
            yield "instrument", one.types[subject], worst(verdicts)
    verdict = worst(each for verdicts in whole.values() for each in verdicts)
    yield "verdict", verdict
    yield "domain", one.domain, verdict
    yield "commune", one.commune, verdict
    if one.on is not None:
        yield "month", one.on.isoformat()[:7], verdict


def _acts(one: Examined, today: date) -> Iterator[Key]:
    for requirement in one.requirements:
        state = str(requirement.get("state") or "open")
        yield REQUIREMENTS
        yield "requirement", state
        due = day_of(requirement.get("due_on"))
        if state == "open" and due is not None and due < today:
            yield OVERDUE
    for id in one.suspensions:
        yield SUSPENSIONS
        yield STANDING if id in one.standing else ENDED
    for sample in one.samples:
        yield SAMPLES
        yield "sample", sample.stage
        if sample.is_late:
            yield SAMPLES_LATE
        for conclusion in sample.conclusions:
            yield "conclusion", conclusion
