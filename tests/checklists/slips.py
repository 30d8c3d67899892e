"""Made-up slips of a mobile verification, read as people read instruments, with a second, naive conclusion in fractions.

Nothing here reads the code under test: every limit and every rule of decision 0022 stands here once more.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sync.ids import answer_id, uuid7
from tests.checklists.procedures.naive import near
from tests.checklists.procedures.naive_instruments import NAWI, nawi_mpe

State = dict[str, Any]
CODE = "mobile-verification"
DAY = "2021-08-05"
PROCEDURES = ["30-2019", "13-2019", "343-2020", "43-2017", "14", "other"]
# What each kind of instrument is measured with; the classes of scales are those with a table in OIML R 76-1.
STANDARDS = {"weighing_instrument": "mass", "weighbridge": "mass", "sphygmomanometer": "pressure", "electrocardiograph": "electrical",
             "taximeter": "length"}  # fmt: skip


@dataclass
class Slip:
    """One instrument with all documents around it, and what must be concluded: None = nothing was tested."""

    id: str
    instrument_id: str
    instrument: State
    inspection: State
    session: State
    campaign: State
    standards: dict[str, State]
    findings: dict[str, State] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list)
    """What became of the tests that count, in their order."""
    answered: int = 0
    flaws: int = 0
    """What else forbids a pass: authorisation, standards, ambient conditions."""
    is_expired: bool = False
    """The standard that the tests measure with had run out and nobody said why: no table has a verdict, a failed one neither."""

    @property
    def verdict(self) -> str | None:
        """The naive conclusion: fail at the first failed test, then whatever is open, then at least one measurement passed."""
        if not self.answered:
            return None
        if "fail" in self.outcomes:
            return "fail"
        is_open = self.flaws or {"missing", "not_checked", "inconclusive"} & {*self.outcomes}
        return "inconclusive" if is_open or "pass" not in self.outcomes else "pass"

    def says(self, item: str, *, visit: bool = False, **said: Any) -> None:
        """Answer an item."""
        subject = None if visit else self.instrument_id
        self.findings[answer_id(self.id, CODE, item, subject, 0)] = {
            "inspection_id": self.id, "checklist": CODE, "item": item, "subject_id": subject, "ordinal": 0, "answer": None,
            "values": {}, "rows": [], "note": "", "photo_ids": [], "created_by": "u1", **said}  # fmt: skip

    def tests(self, item: str, outcome: str, **said: Any) -> None:
        """Answer a test that counts, and note what became of it."""
        self.outcomes.append(outcome)
        if outcome != "missing":
            self.answered += 1
            self.says(item, **said)


def slip(rng: random.Random, rules: str) -> Slip:
    """Return a slip under a version of the rules that was filled in, mostly well."""
    type_ = rng.choice(
        [
            "weighing_instrument",
            "weighing_instrument",
            "weighbridge",
            "sphygmomanometer",
            "electrocardiograph",
            "taximeter",
        ]
    )
    new = _around(rng, type_)
    new.inspection["rules"] = {"version": rules}
    looks = [("KD07", _looked(rng)), ("KD08", _looked(rng))]
    for key, outcome in looks:
        new.tests(key, outcome, answer=ANSWERS.get(outcome))
    adjusted = rng.random() < 0.4
    stopped = any(outcome == "fail" for _, outcome in looks)
    if adjusted:
        kept = len(new.outcomes), new.answered, dict(new.findings)
        _measure(rng, new, "KD09")
        new.outcomes, new.answered = new.outcomes[: kept[0]], kept[1]
        new.says("KD10", answer="conforming")
    elif rng.random() < 0.5:
        new.says("KD10", answer=rng.choice(["not_applicable", "nonconforming", "not_checked", None]))
    _measure(rng, new, "KD10" if adjusted else "KD09")
    if stopped:
        new.outcomes = ["fail"]
    return new


ANSWERS = {"yes": "conforming", "fail": "nonconforming", "not_checked": "not_checked", "na": "not_applicable"}


def _looked(rng: random.Random) -> str:
    return rng.choices(["yes", "fail", "not_checked", "missing", "na"], [40, 1, 1, 1, 1])[0]


def _around(rng: random.Random, type_: str) -> Slip:
    """Make the documents around an instrument, and count what is wrong with them."""
    ids = [uuid7(1_628_100_000_000 + n, rng.getrandbits(60)) for n in range(5)]
    kind, flaws = STANDARDS[type_], 0
    until, excused = rng.choice(["2021-08-04", "2021-08-05", "2022-01-01", "2022-01-01"]), rng.random() < 0.5
    standards: dict[str, State] = {
        ids[2]: {"kind": rng.choice([kind, kind, kind, kind, "volume"]), "name": "Bộ chuẩn", "serial": "B1",
                 "certificates": [{"number": "1", "issued_on": rng.choice(["2020-08-05", "2021-08-05"]), "valid_until": until}]},
        ids[3]: {"kind": "volume", "name": "Bình chuẩn", "serial": "B2",
                 "certificates": [{"number": "2", "issued_on": "2019-01-01", "valid_until": "2020-01-01"}]},
    }  # fmt: skip
    listed = rng.choice([[ids[2]], [ids[2], ids[3]], [ids[2]], [ids[3]], []]) if rng.random() < 0.5 else [ids[2]]
    overrides = {ids[2]: "Đã gửi hiệu chuẩn"} if excused else rng.choice([{}, {ids[2]: " "}])
    own = rng.random() < 0.5
    carried: list[State] = [
        {"standards": listed, "standard_overrides": overrides},
        {"standards": [], "standard_overrides": {}},
    ]
    new = Slip(
        ids[0], ids[1], {"type": type_, "attributes": {}},
        {"checklists": [{"code": CODE, "version": 2}], "session_id": ids[4],
         "planned_on": rng.choice([DAY, None]), "visits": [], **carried[0 if own else 1]},
        {"on": DAY, "verifiers": rng.choice([["u1"], ["u1", "u2"], ["u2"]]), **carried[1 if own else 0],
         "environment": [{"at": f"{DAY}T08:00:00+07:00", "temperature": rng.choice(["28.5", "28.5", "28.5", ""]), "humidity": "70"}]},
        {"kind": "kiem_dinh_luu_dong", "team": []}, standards,
    )  # fmt: skip
    fits = ids[2] in listed and standards[ids[2]]["kind"] == kind
    new.is_expired = fits and until < DAY and not excused
    flaws += not fits or new.is_expired
    flaws += _people(rng, new)
    if not new.session["environment"][0]["temperature"]:
        if rng.random() < 0.5:
            new.says("KD06", visit=True, values={"temperature": "27", "humidity": "66"})
        else:
            flaws += 1
    new.flaws = flaws
    return new


def _people(rng: random.Random, new: Slip) -> bool:
    """Put who verifies on the team; return whether nobody may. The conclusion was recorded by u1, or not yet."""
    code = rng.choice([*PROCEDURES, *PROCEDURES, ""])
    if code:
        new.says("KD04", values={"procedure": code})
    recorded, may = rng.random() < 0.7, {}
    for id in ("u1", "u2"):
        procedures = rng.choice([*[PROCEDURES] * 6, ["30-2019"], None])
        until = rng.choice(["2021-08-04", DAY, *["2024-01-01"] * 6, None])
        member = {"user_id": id, "name": f"Người {id}", "role": "verifier", "procedures": procedures,
                  "certificate": None if until is None else {"number": "7", "valid_to": until}}  # fmt: skip
        if rng.random() < 0.95:
            new.campaign["team"].append(member)
            may[id] = code in (procedures or []) and until is not None and until >= DAY
    if recorded:
        new.says("KD11", values={"conclusion": rng.choice(["pass", "fail", "inconclusive"]), "reasons": ""})
    asked = ["u1"] if recorded else new.session["verifiers"]
    return not code or not any(may.get(id) for id in asked)


def _measure(rng: random.Random, new: Slip, family: str) -> None:
    """Carry out the tests of one kind of instrument, in their order."""
    type_ = new.instrument["type"]
    if type_ in ("weighing_instrument", "weighbridge"):
        _scale(rng, new, family)
    elif type_ == "sphygmomanometer":
        new.instrument["attributes"]["kind"] = "electronic"
        rows = [_pair(rng, rng.choice(["0", "50", "150", "300"]), Fraction(3), 1) for _ in range(rng.randint(1, 4))]
        _test(
            rng,
            new,
            f"{family}07",
            _all(abs(shown - true) <= 3 for true, shown, _ in rows),
            rows=[row for *_, row in rows],
        )
        if rng.random() < 0.1:
            new.tests(f"{family}08", "inconclusive", values={"start": "250", "end": "249", "seconds": "60"})
    elif type_ == "electrocardiograph":
        rows = [_pair(rng, "10", Fraction(1, 2), 2) for _ in range(rng.randint(1, 3))]
        _test(
            rng,
            new,
            f"{family}10",
            _all(abs(shown - true) * 20 <= true for true, shown, _ in rows),
            rows=[row for *_, row in rows],
        )
    else:
        new.tests(f"{family}13", "inconclusive", rows=[{"reference": "1000", "indicated": "1003"}])


def _scale(rng: random.Random, new: Slip, family: str) -> None:
    attributes = new.instrument["attributes"]
    accuracy_class = attributes.setdefault("accuracy_class", rng.choice(["II", "III", "IIII"]))
    e = Fraction(attributes.setdefault("e", rng.choice(["0.02", "0.5", "1", "20"])))
    attributes["unit"] = "kg"
    bounds = [bound for bound, _ in NAWI[accuracy_class] if bound]

    def load() -> tuple[Fraction, Fraction | None]:
        found = e * max(1, rng.choice(bounds) + rng.choice([-7, -1, 0, 0, 1, 13]))
        return found, nawi_mpe(accuracy_class, found, e, "verification")

    zero = Fraction(0)
    if rng.random() < 0.5:
        shown = rng.choice(["0", "0.1", "-0.2", "0.5"])
        zero = Fraction(shown) * e
        new.says(f"{family}01", values={"value": shown})
        new.answered += 1
    rows, within = [], []
    for _ in range(rng.randint(1, 4)):
        at, mpe = load()
        shown = near(rng, at + zero, (mpe or e) * rng.choice([Fraction(1), Fraction(1, 3), Fraction(1, 3)]), 4)
        error = Fraction(shown) - at - zero
        row = {"load": plain(at), "indication": shown, "direction": rng.choice(["up", "down"])}
        if rng.random() < 0.2:
            row["delta_load"] = plain(e / 2)
        rows.append(row)
        within.append(None if mpe is None else abs(error) <= mpe)
    _test(rng, new, f"{family}02", _three(within), rows=rows)
    for key, most in ((f"{family}03", 5), (f"{family}04", 6)):
        at, mpe = load()
        spread = (mpe or e) / (1 if key.endswith("3") else 2)
        shown_all = [
            near(rng, at, spread * rng.choice([Fraction(1), Fraction(1, 3), Fraction(1, 3)]), 4)
            for _ in range(rng.randint(2, most))
        ]
        errors = [Fraction(each) - at for each in shown_all]
        judged = errors if key.endswith("3") else [max(errors) - min(errors)]
        outcome = _three([None if mpe is None else abs(each) <= mpe for each in judged])
        _test(rng, new, key, outcome, values={"load": plain(at)}, rows=[{"indication": each} for each in shown_all])
    yes = _looked(rng)
    new.tests(f"{family}05", yes, answer=ANSWERS.get(yes))


def _test(rng: random.Random, new: Slip, key: str, outcome: str, **said: Any) -> None:
    """Write a table down, or what people write instead: not done, not for this kind, judged by eye, nothing."""
    how = rng.choices(["measured", "missing", "not_checked", "na", "fail", "yes"], [50, 1, 1, 1, 1, 5])[0]
    if how == "missing":
        new.tests(key, how)
    elif how in ("not_checked", "na"):
        new.tests(key, how, answer=ANSWERS[how])
    elif how == "fail":
        new.tests(key, how, answer=ANSWERS[how], **said)
    else:
        new.tests(key, "inconclusive" if new.is_expired else outcome, answer=ANSWERS.get(how), **said)


def _pair(rng: random.Random, true: str, spread: Fraction, digits: int) -> tuple[Fraction, Fraction, State]:
    shown = near(rng, Fraction(true), spread, digits)
    return Fraction(true), Fraction(shown), {"reference": true, "indication": shown}


def plain(value: Fraction) -> str:
    """A decimal without zeros at its end."""
    scaled = Decimal(round(value * 10**6)).scaleb(-6)
    return f"{scaled.normalize():f}"


def _all(within: Any) -> str:
    return "pass" if all(within) else "fail"


def _three(within: list[bool | None]) -> str:
    if False in within:
        return "fail"
    return "inconclusive" if None in within else "pass"
