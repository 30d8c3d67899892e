"""What the office writes down about a sample: an event of its custody, and what a laboratory said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from server.db import documents
from server.db.documents import Document
from server.db.users import User
from server.errors import Problem, ProblemCode
from server.services import ledger
from server.services.days import day_of
from server.services.samples import readable, results_of
from server.services.wording import plain_text
from sync import samples
from sync.paper_samples import CONCLUSIONS
from sync.paper_words import VIETNAM, local

MAX_TEXT = 500
MAX_STATEMENT = 4000
MAX_TESTS = 100
DONE, ALREADY = "done", "already"
TEST_FIELDS = ("name", "method", "value", "unit", "requirement", "conclusion")


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the custody, as a person types it."""

    type: str
    at: datetime
    portion: str = ""
    giver: str = ""
    taker: str = ""
    document: str = ""
    condition: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str], now: datetime) -> Event:
        """Read a form; refuses an unknown event, a time that is none or is to come, and a hand-over to nobody."""
        type = form.get("type", "")
        if type not in samples.EVENTS:
            raise _wrong("Hãy chọn việc giao nhận.")
        at = _moment(form.get("at", ""))
        if at > now:
            raise _wrong("Thời điểm giao nhận ở tương lai: xin xem lại ngày giờ.")
        said = {
            name: _line(form, name, title)
            for name, title in (("portion", "Phần mẫu"), ("from", "Bên giao"), ("to", "Bên nhận"),
                                ("document", "Số biên bản, phiếu"), ("condition", "Tình trạng, ghi chú"))
        }  # fmt: skip
        if type == "handed_over" and not said["to"]:
            raise _wrong("Bàn giao thì phải ghi bên nhận.")
        if type == "note" and not said["condition"]:
            raise _wrong("Ghi chú, đính chính thì phải có nội dung.")
        return cls(type, at, said["portion"], said["from"], said["to"], said["document"], said["condition"])

    def as_recorded(self, actor: str) -> dict[str, str]:
        """Return the event as the document keeps it."""
        named = {"type": self.type, "at": local(self.at).isoformat(timespec="seconds"), "portion": self.portion, "from": self.giver,
                 "to": self.taker, "document": self.document, "condition": self.condition, "recorded_by": actor}  # fmt: skip
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Result:
    """What a laboratory said, as a person copies it from its report. `replaces` = the version that this one corrects."""

    laboratory: str
    report_number: str
    report_on: date
    conclusion: str
    tests: Sequence[Mapping[str, str]]
    designation: str = ""
    portion: str = ""
    statement: str = ""
    photo_ids: Sequence[str] = ()
    replaces: str = ""
    reason: str = ""

    @classmethod
    def of(
        cls, form: Mapping[str, str], tests: Iterable[Mapping[str, str]], photo_ids: Iterable[str], today: date
    ) -> Result:
        """Read a form; refuses one without laboratory, report and conclusion, a day to come, and half a test."""
        laboratory = _line(form, "laboratory", "Nơi thử nghiệm", needed=True)
        number = _line(form, "report_number", "Số phiếu kết quả", needed=True)
        on = day_of(form.get("report_on", ""))
        if on is None or not 2000 <= on.year <= 2100:
            raise _wrong("Ngày của phiếu kết quả phải là một ngày có thật.")
        if on > today:
            raise _wrong("Ngày của phiếu kết quả ở tương lai: xin xem lại.")
        conclusion = form.get("conclusion", "")
        if conclusion not in CONCLUSIONS:
            raise _wrong("Hãy chọn kết luận mà nơi thử nghiệm nêu trong phiếu.")
        statement = plain_text(form.get("statement", ""), lines=True)
        if len(statement) > MAX_STATEMENT:
            raise _wrong(f"Kết luận chép từ phiếu dài tối đa {MAX_STATEMENT} ký tự.")
        replaces, reason = form.get("replaces", ""), _line(form, "reason", "Lý do đính chính")
        if replaces and not reason:
            raise _wrong("Phải ghi lý do đính chính.")
        return cls(laboratory, number, on, conclusion, _tests(tests), _line(form, "designation", "Số quyết định chỉ định"),
                   _line(form, "portion", "Phần mẫu"), statement, tuple(dict.fromkeys(photo_ids)), replaces, reason)  # fmt: skip

    def as_recorded(self, sample: Document) -> dict[str, Any]:
        """Return the result as the document keeps it, but for who entered it and when."""
        return {
            "inspection_id": sample.parent, "sample_id": sample.id, "portion": self.portion or None,
            "laboratory": self.laboratory, "designation": self.designation, "report_number": self.report_number,
            "report_on": self.report_on.isoformat(), "tests": [dict(each) for each in self.tests],
            "conclusion": self.conclusion, "statement": self.statement, "photo_ids": list(self.photo_ids),
            "replaces": self.replaces or None, "reason": self.reason,
        }  # fmt: skip


def add_event(session: Session, sample_id: str, event: Event, *, user: User, now: datetime) -> str:
    """Add an event to a sample's custody, whatever papers were issued; the caller holds the write transaction.

    Sending it twice is harmless. Refuses a portion that the sample does not have.
    """
    sample, _ = readable(session, sample_id, user, lock=True)
    _check_portion(sample, event.portion)
    said = event.as_recorded(user.id)
    present = samples.custody(sample.state)
    if any(said.items() == dict(each).items() for each in present):
        return ALREADY
    state = {**sample.state, "custody": [*(sample.state.get("custody") or []), said]}
    state["warnings"] = samples.warnings(state, now.isoformat())
    ledger.record(session, [ledger.change(session, "sample", sample.id, sample.scope, state, actor=user.id)], now)
    return DONE


def add_result(session: Session, sample_id: str, result: Result, *, user: User, now: datetime) -> str:
    """Write down what a laboratory said; a correction is a new version beside the old one. Sending it twice is harmless.

    Refuses a portion or photo that is not this sample's, the same report entered anew, and a version that was replaced
    already: two people who correct at once must see each other.
    """
    sample, _ = readable(session, sample_id, user, lock=True)
    _check_portion(sample, result.portion)
    _check_photos(session, sample, result.photo_ids)
    said = result.as_recorded(sample)
    known = results_of(session, sample)
    if any(all(each.get(name) == value for name, value in said.items()) for each in known):
        return ALREADY
    current = samples.current(known)
    if result.replaces:
        if result.replaces not in {each["id"] for each in current}:
            raise Problem(ProblemCode.CONFLICT, "Kết quả này vừa được đính chính: xin xem bản mới nhất rồi sửa.")
    elif any(_is_same_report(each, said) for each in current):
        raise Problem(ProblemCode.CONFLICT, "Phiếu kết quả này đã được nhập cho mẫu: muốn sửa thì bấm “Đính chính”.")
    state = {**said, "entered_by": user.id, "entered_at": now.isoformat(timespec="seconds")}
    change = ledger.change(
        session, "lab_result", ledger.new_id(), sample.scope, state, actor=user.id, parent=sample.parent
    )
    ledger.record(session, [change], now)
    return DONE


def _is_same_report(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(
        str(one.get(name)).casefold() == str(other.get(name)).casefold()
        for name in ("laboratory", "report_number", "portion")
    )


def _check_portion(sample: Document, key: str) -> None:
    if key and key not in {known for known, _ in samples.portions(sample.state)}:
        raise _wrong("Mẫu không có phần này.")


def _check_photos(session: Session, sample: Document, ids: Sequence[str]) -> None:
    known = {
        photo.id for photo in documents.children(session, str(sample.parent), "photo") if not photo.state.get("voided")
    }
    if not set(ids) <= known:
        raise _wrong("Một ảnh đã chọn không thuộc cuộc kiểm tra này.")


def _tests(rows: Iterable[Mapping[str, str]]) -> tuple[dict[str, str], ...]:
    found = []
    for number, row in enumerate(rows, 1):
        said = {name: plain_text(row.get(name, "")) for name in TEST_FIELDS}
        if not any(said[name] for name in TEST_FIELDS if name != "conclusion"):
            continue
        if not (said["name"] and said["value"]):
            raise _wrong(f"Chỉ tiêu ở dòng {number}: phải có tên chỉ tiêu và kết quả.")
        if any(len(text) > MAX_TEXT for text in said.values()):
            raise _wrong(f"Chỉ tiêu ở dòng {number}: mỗi ô dài tối đa {MAX_TEXT} ký tự.")
        if said["conclusion"] not in CONCLUSIONS:
            raise _wrong(f"Chỉ tiêu ở dòng {number}: hãy chọn kết luận mà phiếu nêu.")
        found.append(said)
    if len(found) > MAX_TESTS:
        raise _wrong(f"Một phiếu có tối đa {MAX_TESTS} chỉ tiêu.")
    return tuple(found)


def _moment(text: str) -> datetime:
    """Read the local time of a form's date and time field."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2100 or "T" not in text:
        raise _wrong("Thời điểm phải có ngày và giờ, ví dụ 24/11/2026 08:30.")
    return found if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)


def _line(form: Mapping[str, str], name: str, title: str, *, needed: bool = False) -> str:
    text = plain_text(form.get(name, ""))
    if needed and not text:
        raise _wrong(f"{title}: không được để trống.")
    if len(text) > MAX_TEXT:
        raise _wrong(f"{title}: dài tối đa {MAX_TEXT} ký tự.")
    return text


def _wrong(detail: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, detail)
