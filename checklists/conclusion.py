"""The conclusion on an instrument of a mobile verification (KD11, decision 0022 "Who may conclude"). Twin: conclusion.ts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from checklists.conditions import applies, is_answered
from checklists.model import Answer, Checklist, Item, Verdict
from checklists.procedures.verdicts import WORDS
from checklists.standards import day_words, fault, is_written, load
from checklists.verification import ADJUSTED, CONCLUSION

State = Mapping[str, Any]

PROCEDURE, STANDARDS_USED, AMBIENT = "KD04", "KD05", "KD06"
OTHER = "other"
AS_FOUND, AFTER = "measurement", "adjusted"
_TESTS = frozenset({"verification", AS_FOUND, AFTER})


@dataclass(frozen=True, slots=True)
class Case:
    """One instrument of a slip with all that its conclusion rests on.

    `inspection` lists the standards used, those of its session too, and the reasons for those past their calibration.
    `findings` are those of the inspection, with their `computed`; `standards` carry `id`. `verifier` = the user who
    concludes; None = any of the session's. `on` = the day of the verification.
    """

    checklist: Checklist
    instrument_id: str
    instrument: State | None
    inspection: State
    findings: Sequence[State]
    session: State | None
    team: Sequence[State]
    standards: Sequence[State]
    verifier: str | None
    on: date


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The verdict and why, in the words that the paper prints; a pass needs none."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The reasons as one sentence."""
        return "; ".join(self.reasons)


@dataclass(frozen=True, slots=True)
class _Step:
    """A test that is asked of the instrument, and what was found."""

    item: Item
    finding: State

    @property
    def name(self) -> str:
        return f"{self.item.text.vi} ({self.item.key})"

    @property
    def verdict(self) -> str | None:
        return _text(_map(self.finding, "computed"), "verdict")

    @property
    def explanation(self) -> str:
        """What the procedure says, without the verdict that stands before it."""
        found = _text(_map(self.finding, "computed"), "explanation") or ""
        return next((found.removeprefix(start) for start in _STARTS if found.startswith(start)), found)

    @property
    def answer(self) -> str | None:
        return _text(self.finding, "answer")

    @property
    def failed(self) -> bool:
        return self.answer == Answer.NONCONFORMING.value or self.verdict == Verdict.FAIL.value


_STARTS = tuple(f"{word}: " for word in WORDS.values())


def conclude(case: Case) -> Conclusion | None:
    """Return the conclusion on an instrument, None while nothing of it was tested.

    Fail at the first failed step; where it was adjusted, the readings after that count. Inconclusive where the verifier
    has no authorisation, a standard had run out without a written reason or none is listed, the ambient conditions were
    not read, a required test is missing or has no verdict (an unconfirmed limit); else pass.
    """
    answers = _answers(case)
    steps = list(_steps(case, answers))
    if not any(is_answered(step.finding) for step in steps):
        return None
    failed = next((step for step in steps if step.failed), None)
    if failed is not None:
        why = f": {failed.explanation}" if failed.verdict == Verdict.FAIL.value and failed.explanation else ""
        return Conclusion(Verdict.FAIL, (f"không đạt ở bước {failed.name}{why}",))
    blocking, unlisted = _standards(case, steps, answers)
    reasons = [*_authority(case, answers), *blocking, *unlisted, *_ambient(case, answers)]
    reasons += [why for step in steps for why in _open(step, blocking)]
    if not any(step.verdict == Verdict.PASS.value for step in steps):
        reasons.append("chưa có phép đo nào được kết luận đạt")
    return Conclusion(Verdict.INCONCLUSIVE, tuple(reasons)) if reasons else Conclusion(Verdict.PASS)


def _answers(case: Case) -> dict[str, State]:
    """Return what the checklist was answered, by item: for the visit, and over that for the instrument."""
    ours = [f for f in case.findings if f.get("checklist") == case.checklist.code and not f.get("voided")]
    return {str(f.get("item")): f for place in (None, case.instrument_id) for f in ours if f.get("subject_id") == place}


def _steps(case: Case, answers: Mapping[str, State]) -> Iterator[_Step]:
    """Yield the tests that count, in their order: those asked of this instrument, before or after its adjustment."""
    adjusted = _text(answers.get(ADJUSTED, {}), "answer") == Answer.CONFORMING.value
    is_repeated = adjusted and any(section.key == AFTER for section in case.checklist.sections)
    skipped = AS_FOUND if is_repeated else AFTER
    for section in case.checklist.sections:
        if section.key not in _TESTS or section.key == skipped:
            continue
        for item in section.items:
            if item.key not in (ADJUSTED, CONCLUSION) and applies(item.when, case.instrument, answers):
                yield _Step(item, answers.get(item.key, {}))


def _open(step: _Step, blocking: Sequence[str]) -> Iterator[str]:
    """Say what a test leaves open: no result, not carried out, no verdict. What its standards lack is said already."""
    if not is_answered(step.finding):
        if step.item.required:
            yield f"chưa có kết quả mục {step.name}"
    elif step.answer == Answer.NOT_CHECKED.value:
        yield f"không kiểm tra mục {step.name}"
    elif step.item.procedure is None or step.answer == Answer.NOT_APPLICABLE.value:
        return
    elif step.verdict is None:
        yield f"chưa tính được kết quả mục {step.name}"
    elif step.verdict == Verdict.INCONCLUSIVE.value and not any(why in step.explanation for why in blocking):
        yield f"mục {step.name}: {step.explanation or WORDS[Verdict.INCONCLUSIVE]}"


def _authority(case: Case, answers: Mapping[str, State]) -> Iterator[str]:
    """Say why nobody who verifies may verify by the procedure of KD04; nothing where one of them may."""
    code = _text(_map(answers.get(PROCEDURE, {}), "values"), "procedure")
    if code is None:
        yield f"chưa ghi ĐLVN áp dụng ({PROCEDURE})"
        return
    listed = (case.session or {}).get("verifiers")
    asked = [case.verifier] if case.verifier is not None else listed if isinstance(listed, list) else []
    members = [member for member in case.team if member.get("user_id") is not None and member["user_id"] in asked]
    lacking = [_lacks(member, code, _titled(case, code), case.on) for member in members]
    if not members:
        yield "kiểm định viên không có trong thành phần đoàn"
    elif all(why is not None for why in lacking):
        yield from (why for why in lacking if why is not None)


def _lacks(member: State, code: str, title: str, on: date) -> str | None:
    """Say why a member may not verify by a procedure on a day, None where there is nothing against it."""
    name, procedures = _text(member, "name") or "kiểm định viên", member.get("procedures")
    if not isinstance(procedures, list) or code not in procedures:
        return f"{name} không có thẩm quyền với {title}"
    until = _text(_map(member, "certificate"), "valid_to")
    if until is None:
        return f"{name} chưa có thẻ, chứng chỉ kiểm định viên ghi hạn"
    if until < on.isoformat():
        return f"thẻ, chứng chỉ của {name} hết hạn ngày {day_words(until)}"
    return None


def _titled(case: Case, code: str) -> str:
    """Return what a choice of KD04 is called."""
    item = case.checklist.item(PROCEDURE)
    choices = [choice for field in item.fields if field.key == "procedure" for choice in field.choices] if item else []
    return next((title.vi for key, title in choices if key == code), f"ĐLVN {code}")


def _standards(case: Case, steps: Sequence[_Step], answers: Mapping[str, State]) -> tuple[list[str], list[str]]:
    """Return what is wrong with the standards that the tests measure with, and which kinds nobody listed."""
    names = dict.fromkeys(
        step.item.procedure.name for step in steps if step.item.procedure is not None and step.verdict is not None
    )
    needs = [kinds for name in names if (need := load().needs.get(name)) is not None and (kinds := need.kinds)]
    known = {standard["id"]: standard for standard in case.standards}
    ids = dict.fromkeys(id for id in _list(case.inspection, "standards") if isinstance(id, str))
    used, said = [known[id] for id in ids if id in known], _map(case.inspection, "standard_overrides")
    measures = [standard for standard in used if any(standard.get("kind") in kinds for kinds in needs)]
    unexcused = [standard for standard in measures if not is_written(said.get(str(standard["id"])))]
    blocking = [why for standard in unexcused if (why := fault(standard, [case.on])) is not None]
    own = _text(_map(answers.get(STANDARDS_USED, {}), "computed"), "verdict") == Verdict.PASS.value
    unlisted = [kinds for kinds in needs if not own and not any(s.get("kind") in kinds for s in used)]
    words = dict.fromkeys(" hoặc ".join(load().kinds[kind].vi for kind in kinds) for kinds in unlisted)
    return blocking, [f"chưa ghi chuẩn đo lường đã dùng ({each})" for each in words]


def _ambient(case: Case, answers: Mapping[str, State]) -> Iterator[str]:
    """Say that nobody read temperature and humidity, neither for the session nor for the slip."""
    rows = [row for row in _list(case.session or {}, "environment") if isinstance(row, Mapping)]
    rows.append(_map(answers.get(AMBIENT, {}), "values"))
    if not any(_text(row, "temperature") and _text(row, "humidity") for row in rows):
        yield "chưa đọc nhiệt độ, độ ẩm môi trường"


def _text(state: State, name: str) -> str | None:
    found = state.get(name)
    return found if isinstance(found, str) and found else None


def _map(state: State, name: str) -> State:
    found = state.get(name)
    return found if isinstance(found, Mapping) else {}


def _list(state: State, name: str) -> list[Any]:
    found = state.get(name)
    return found if isinstance(found, list) else []
