"""What arises during the year: activities added to a programme on somebody's request, journalled, never deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from checklists import domains
from server.db import documents
from server.db.documents import Document
from server.db.programme import Activity, Programme
from server.errors import Problem, ProblemCode
from server.services import ledger
from server.services.campaign_kinds import KINDS
from server.services.creation import created
from server.services.days import day_of
from server.services.wording import plain_text

KIND = "programme_addition"
SCOPE = "office:programme"
"""No tablet is granted it: a tablet sees the campaigns that are opened, not the office's plans."""
PREFIX = "PS"
"""Phát sinh. Codes of the programme's own file begin otherwise; an import of a file that does not is refused."""
MAX_SUBJECT, MAX_TEXT = 500, 200


@dataclass(frozen=True, slots=True)
class Addition:
    """What somebody asks to add, and on what basis; `months` = () where the document names none."""

    subject: str
    kind: str
    domain: str
    months: tuple[int, ...]
    place: str
    requested_by: str
    number: str
    dated: str
    signer: str
    note: str

    @classmethod
    def of(cls, form: Mapping[str, str], months: Sequence[str], year: int, today: date) -> Addition:
        """Read a form; refuses (INVALID_REQUEST) with every fault at once, each with its field."""
        said = {name: plain_text(form.get(name, "")) for name in cls.__dataclass_fields__ if name != "months"}
        errors: list[dict[str, str]] = []

        def wrong(field: str, detail: str) -> None:
            errors.append({"field": field, "detail": detail})

        for field, label, limit in _TEXTS:
            if not said[field]:
                wrong(field, f"Cần {label}.")
            elif len(said[field]) > limit:
                wrong(field, f"{label[0].upper()}{label[1:]} dài {len(said[field])} ký tự, tối đa {limit}.")
        for field, label in (("place", "Địa bàn"), ("note", "Ghi chú")):
            if len(said[field]) > MAX_SUBJECT:
                wrong(field, f"{label} dài {len(said[field])} ký tự, tối đa {MAX_SUBJECT}.")
        _check_act(said, year, today, wrong)
        chosen = tuple(month for month in range(1, 13) if str(month) in months)
        if len(chosen) < len(set(months)):
            wrong("months", "Tháng từ 1 đến 12.")
        if errors:
            raise Problem(ProblemCode.INVALID_REQUEST, " ".join(e["detail"] for e in errors), errors=errors)
        return cls(months=chosen, **said)


_TEXTS = (
    ("subject", "nội dung", MAX_SUBJECT),
    ("requested_by", "người hoặc cơ quan yêu cầu", MAX_TEXT),
    ("number", "số, ký hiệu văn bản căn cứ", MAX_TEXT),
    ("signer", "người ký văn bản", MAX_TEXT),
)


def _check_act(said: Mapping[str, str], year: int, today: date, wrong: Any) -> None:
    kind = KINDS.get(said["kind"])
    if kind is None:
        wrong("kind", "Hãy chọn loại hoạt động.")
    elif not kind.in_force_within(year):
        wrong("kind", f"“{kind.title}” không áp dụng trong năm {year} ({kind.basis}).")
    if said["domain"] not in domains.load():
        wrong("domain", "Hãy chọn lĩnh vực.")
    on = day_of(said["dated"])
    if on is None:
        wrong("dated", "Ngày văn bản phải có dạng NĂM-THÁNG-NGÀY.")
    elif on > today:
        wrong("dated", f"Ngày văn bản {on:%d/%m/%Y} chưa tới.")


def add(session: Session, programme_id: str, addition: Addition, *, actor: str, now: datetime) -> str:
    """Add an activity and return its code; the caller holds the write transaction."""
    if session.get(Programme, programme_id) is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có chương trình này.")
    documents.reserve(session, [(KIND, programme_id)])  # two people who add at once do not get one code
    code = f"{PREFIX}{len(_of_programme(session, programme_id)) + 1:02d}"
    state = {
        "programme_id": programme_id, "code": code, "subject": addition.subject, "kind": addition.kind,
        "domain": addition.domain, "months": list(addition.months), "place": addition.place,
        "requested_by": addition.requested_by, "note": addition.note,
        "document": {"number": addition.number, "date": addition.dated, "signer": addition.signer},
        "added": {"by": actor, "at": now.isoformat(timespec="seconds")}, "withdrawn": None,
    }  # fmt: skip
    ledger.record(session, [created(KIND, SCOPE, state, actor=actor)], now)
    return code


def withdraw(
    session: Session, programme_id: str, code: str, reason: str, *, seen: int, actor: str, now: datetime
) -> None:
    """Strike an addition out, for a reason; it stays readable. Refuses one that a campaign was opened for."""
    row = document_of(session, programme_id, code)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, "Không có nội dung phát sinh này.")
    row = documents.many(session, [(KIND, row.id)], lock=True)[KIND, row.id]
    said = plain_text(reason)
    if not said or len(said) > MAX_SUBJECT:
        raise Problem(ProblemCode.INVALID_REQUEST, f"Phải ghi lý do rút (tối đa {MAX_SUBJECT} ký tự).")
    if row.rev != seen or row.state["withdrawn"]:
        raise Problem(
            ProblemCode.CONFLICT, "Nội dung này vừa được người khác sửa hoặc rút. Trang đang hiện bản mới nhất."
        )
    name = f"{programme_id}/{code}"
    if any(c.state.get("programme_activity") == name for c in documents.of_kind(session, "campaign")):
        raise Problem(ProblemCode.CONFLICT, "Đã có đợt kiểm tra mở theo nội dung này nên không rút được.")
    at = now.isoformat(timespec="seconds")
    state = {**row.state, "withdrawn": {"reason": said, "by": actor, "at": at}}
    ledger.record(session, [ledger.change(session, KIND, row.id, SCOPE, state, actor=actor, at=at)], now)


def document_of(session: Session, programme_id: str, code: str) -> Document | None:
    """Return the document behind an added activity, or None."""
    return next((d for d in _of_programme(session, programme_id) if d.state["code"] == code), None)


def activities(session: Session, programme_id: str) -> list[Activity]:
    """Return a year's additions as activities, in order of code; not rows of the table of the file's own."""
    return sorted((_activity(d) for d in _of_programme(session, programme_id)), key=lambda a: a.code)


def find(session: Session, name: str) -> Activity | None:
    """Return an activity by its full name (`BG-2021/A02`, `BG-2021/PS01`), of the file or added since; None if unknown."""
    programme_id, _, code = name.partition("/")
    if not name.isprintable():  # an address may hold what no name does; PostgreSQL takes no NUL
        return None
    found = session.get(Activity, (programme_id, code))
    if found is not None:
        return found
    row = document_of(session, programme_id, code)
    return None if row is None else _activity(row)


def is_withdrawn(activity: Activity) -> bool:
    """Say whether an activity was added and struck out again."""
    return bool((activity.data.get("addition") or {}).get("withdrawn"))


def _of_programme(session: Session, programme_id: str) -> list[Document]:
    """The additions of one year: tens, where a busy year has many."""
    return [d for d in documents.of_kind(session, KIND) if d.state["programme_id"] == programme_id]


def _activity(row: Document) -> Activity:
    state = row.state
    data = {"id": state["code"], "place": state["place"] or None, "addition": {**state, "rev": row.rev}}
    return Activity(programme_id=state["programme_id"], code=state["code"], subject=state["subject"], kind=state["kind"],
                    domain=state["domain"], is_core=bool(domains.of(state["domain"]).checklists), months=state["months"],
                    data=data)  # fmt: skip
