"""What activities without a field checklist came to: done in a month, as a paper shows, entered by whom; struck, never gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from checklists import domains
from server.db import documents
from server.db.documents import Document
from server.errors import Problem, ProblemCode
from server.services import ledger, programme, programme_additions
from server.services.creation import created
from server.services.days import day_of, month_bounds
from server.services.programme_additions import MAX_SUBJECT, MAX_TEXT, SCOPE
from server.services.wording import plain_text

KIND = "programme_result"
Results = Mapping[str, Sequence[Document]]
"""By the code of the activity, in the order of their months."""


@dataclass(frozen=True, slots=True)
class Result:
    """What somebody enters: done by `done_on`, which the paper `number` of `dated` shows."""

    month: int
    done_on: str
    number: str
    dated: str
    signer: str
    note: str

    @classmethod
    def of(cls, form: Mapping[str, str], year: int, today: date) -> Result:
        """Read a form; refuses (INVALID_REQUEST) with every fault at once, each with its field."""
        said = {name: plain_text(form.get(name, "")) for name in ("done_on", "number", "dated", "signer", "note")}
        month = next((m for m in range(1, 13) if str(m) == form.get("month")), 0)
        errors = [] if month else [{"field": "month", "detail": "Hãy chọn tháng của chương trình."}]
        for field, label in (("number", "số, ký hiệu văn bản"), ("signer", "người ký văn bản")):
            if not said[field] or len(said[field]) > MAX_TEXT:
                errors.append({"field": field, "detail": f"Cần {label} (tối đa {MAX_TEXT} ký tự)."})
        if len(said["note"]) > MAX_SUBJECT:
            errors.append({"field": "note", "detail": f"Kết quả dài {len(said['note'])} ký tự, tối đa {MAX_SUBJECT}."})
        for field, label in (("done_on", "Ngày hoàn thành"), ("dated", "Ngày văn bản")):
            on = day_of(said[field])
            if on is None:
                errors.append({"field": field, "detail": f"{label} phải có dạng NĂM-THÁNG-NGÀY."})
            elif on > today:
                errors.append({"field": field, "detail": f"{label} {on:%d/%m/%Y} chưa tới."})
            elif field == "done_on" and on < month_bounds(year, 1)[0]:
                errors.append({"field": field, "detail": f"{label} {on:%d/%m/%Y} trước năm {year} của chương trình."})
        if errors:
            raise Problem(ProblemCode.INVALID_REQUEST, " ".join(e["detail"] for e in errors), errors=errors)
        return cls(month=month, **said)


def record(
    session: Session, programme_id: str, code: str, form: Mapping[str, str], *, actor: str, today: date, now: datetime
) -> str:
    """Enter that an activity was done and return the record's id; the caller holds the write transaction.

    Refuses an activity that has a checklist (its inspections say what was done), one struck out, and a month entered already.
    """
    year, activity = (
        programme.existing(session, programme_id).year,
        programme_additions.find(session, f"{programme_id}/{code}"),
    )
    if activity is None:
        raise Problem(ProblemCode.NOT_FOUND, "Chương trình công tác không có hoạt động này.")
    if domains.of(activity.domain).checklists:
        raise Problem(ProblemCode.CONFLICT, "Hoạt động này có danh mục kiểm tra: kết quả tính từ các đợt kiểm tra.")
    if programme_additions.is_withdrawn(activity):
        raise Problem(ProblemCode.CONFLICT, "Nội dung này đã rút khỏi chương trình.")
    result = Result.of(form, year, today)
    documents.reserve(session, [(KIND, f"{programme_id}/{code}")])  # two people who enter at once meet here
    if result.month in standing_months(of_programme(session, programme_id).get(code, ())):
        raise Problem(
            ProblemCode.CONFLICT, f"Tháng {result.month} đã có người ghi hoàn thành. Trang đang hiện bản mới nhất."
        )
    state = {
        "programme_id": programme_id, "code": code, "month": result.month, "done_on": result.done_on, "note": result.note,
        "document": {"number": result.number, "date": result.dated, "signer": result.signer},
        "added": {"by": actor, "at": now.isoformat(timespec="seconds")}, "withdrawn": None,
    }  # fmt: skip
    change = created(KIND, SCOPE, state, actor=actor)
    ledger.record(session, [change], now)
    return change.id


def strike(
    session: Session, programme_id: str, code: str, id: str, reason: str, *, seen: str, actor: str, now: datetime
) -> None:
    """Strike a record out, for a reason; it stays readable."""
    row = documents.many(session, [(KIND, id)], lock=True).get((KIND, id))
    if row is None or (row.state["programme_id"], row.state["code"]) != (programme_id, code):
        raise Problem(ProblemCode.NOT_FOUND, "Không có ghi nhận này.")
    said = plain_text(reason)
    if not said or len(said) > MAX_SUBJECT:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi lý do rút (tối đa {MAX_SUBJECT} ký tự).")
    if str(row.rev) != seen or row.state["withdrawn"]:
        raise Problem(ProblemCode.CONFLICT, "Ghi nhận này vừa được người khác rút. Trang đang hiện bản mới nhất.")
    at = now.isoformat(timespec="seconds")
    state = {**row.state, "withdrawn": {"reason": said, "by": actor, "at": at}}
    ledger.record(session, [ledger.change(session, KIND, row.id, SCOPE, state, actor=actor, at=at)], now)


def of_programme(session: Session, programme_id: str) -> Results:
    """Return every record of a year, those struck out too: a hundred where a year has many."""
    found: dict[str, list[Document]] = defaultdict(list)
    for each in documents.of_kind(session, KIND):
        if each.state["programme_id"] == programme_id:
            found[each.state["code"]].append(each)
    return {
        code: sorted(own, key=lambda d: (d.state["month"], d.state["added"]["at"], d.id)) for code, own in found.items()
    }


def standing_months(records: Sequence[Any]) -> frozenset[int]:
    """Return the months that records which stand say are done."""
    return frozenset(each.state["month"] for each in records if not each.state["withdrawn"])
