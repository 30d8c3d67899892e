"""What an act does to a violation case: pure, whole, and never without who, when and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.services.case_clocks import detected_on
from server.services.case_fields import FaultError, Field, dong
from server.services.case_forms import ACTS, CLOSED, CORRECTION, DECIDED, DRAFTED, DROPPED, HANDED_OVER, OPEN, Act
from server.services.days import day_of

State = Mapping[str, Any]
Values = Mapping[str, str | None]
Choices = Sequence[tuple[str, str]]
ROWS = {"payments": "Nộp phạt", "papers": "Giấy tờ", "samples": "Mẫu, tang vật"}
MAX_ROWS = 200


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who acts, when, and the id of a row that comes of it."""

    by: str
    at: str
    row_id: str


def status_of(case: State) -> str:
    """Return where a case stands: the last thing that was done to it."""
    if case.get("closing"):
        return str(case["closing"]["kind"])
    for place, status in (("decision", DECIDED), ("handover", HANDED_OVER), ("report", DRAFTED)):
        if case.get(place):
            return status
    return OPEN


def allowed(case: State) -> list[Act]:
    """Return the acts that may follow, in the order of the forms."""
    status = status_of(case)
    return [act for act in ACTS.values() if status in act.statuses and _is_possible(case, act)]


def choices_of(case: State, field: Field, people: Choices) -> Choices:
    """Return what a field may be set to."""
    if field.type != "pick":
        return field.choices
    if field.name == "user":
        return people
    if field.name == "fact":
        return [(f["id"], _short(f"{f['item']} {f['subject']}: {f['text']}")) for f in case["facts"]]
    if field.name == "instrument":
        return [(i["id"], i["name"]) for i in case["instruments"]]
    return [
        (f"{place}/{row['id']}", _short(f"{title}: {_row_words(row)}"))
        for place, title in ROWS.items() for row in case[place] if not row["struck"]
    ]  # fmt: skip


def fields_of(act: Act) -> Sequence[Field]:
    """Return the fields of an act's form, with the reason of a correction where it may correct something."""
    return act.fields if act.is_row or act.place == "closing" else (*act.fields, CORRECTION)


def read(case: State, act: Act, typed: Mapping[str, str], people: Choices, now: datetime) -> dict[str, str | None]:
    """Read a form; raises FaultError with every fault at once."""
    values: dict[str, str | None] = {}
    faults = []
    for field in fields_of(act):
        try:
            values[field.name] = field.read(typed.get(field.name, ""), choices_of(case, field, people), now)
        except FaultError as fault:
            faults.append(str(fault))
    if not faults:
        faults += _sense(case, act, values)
    if faults:
        raise FaultError(" ".join(faults))
    return values


def apply(case: State, act: Act, values: Values, stamp: Stamp, people: Choices) -> dict[str, Any]:
    """Return the case after the act; raises FaultError where days stand in an impossible order."""
    said = {name: value for name, value in values.items() if name != CORRECTION.name}
    made = {**case, **_WRITERS[act.name](case, act, {**said, "by": stamp.by, "at_written": stamp.at}, stamp, people)}
    made["status"] = status_of(made)
    made["act"] = {"name": act.name, "reason": values.get(CORRECTION.name) or said.get("reason"), "by": stamp.by,
                   "at": stamp.at}  # fmt: skip
    _check_order(made)
    return made


def corrects(case: State, act: Act, values: Values) -> bool:
    """Say whether something stands where the act writes."""
    if act.is_row or act.place == "closing":
        return False
    if act.name == "violation":
        return any(f["id"] == values.get("fact") and f["violation"] for f in case["facts"])
    if act.name == "price":
        return any(i["id"] == values.get("instrument") and i["new_price"] for i in case["instruments"])
    if act.name == "detect":
        return bool(case["detected"]["at"])
    return bool(case.get(act.place))


def prices(case: State) -> tuple[int, list[str]]:
    """Return the sum of the known new prices in dong, and the instruments without one.

    The frame of the fine for the use of group-2 instruments depends on their total value (NĐ 119/2017 Điều 10); the
    frame itself is for people to read.
    """
    known = [i for i in case["instruments"] if str(i["new_price"] or "").isdecimal()]
    return sum(int(i["new_price"]) for i in known), [i["name"] for i in case["instruments"] if i not in known]


def paid(case: State) -> int:
    """Return what was paid, in dong."""
    return sum(int(row["amount"]) for row in case["payments"] if not row["struck"])


def _is_possible(case: State, act: Act) -> bool:
    if act.name == "report":
        return bool(case.get("drafter"))
    if act.name == "price":
        return bool(case["instruments"])
    if act.name == "strike":
        return any(not row["struck"] for place in ROWS for row in case[place])
    return True


def _sense(case: State, act: Act, values: Values) -> list[str]:
    """What no single field can say."""
    faults = []
    if corrects(case, act, values) and not values.get(CORRECTION.name):
        faults.append("Nội dung này đã được ghi: phải ghi lý do sửa.")
    if act.name == "drafter" and bool(values["user"]) == bool(values["name"]):
        faults.append("Hãy chọn một tài khoản, hoặc ghi họ tên người lập (chỉ một trong hai).")
    if act.name == "complexity" and values["value"] == "complex" and not values["reason"]:
        faults.append("Phải ghi lý do xác định vụ việc là phức tạp.")
    if act.name == "results":
        if values["awaited"] == "yes" and not values["samples"]:
            faults.append("Phải ghi mẫu nào đang chờ kết quả.")
        if values["awaited"] == "no" and (values["received_on"] or values["result"]):
            faults.append("Đã có kết quả mẫu thì chọn “Phải chờ kết quả mẫu”.")
    if act.is_row and act.name != "strike" and len(case[act.place]) >= MAX_ROWS:
        faults.append(f"Mỗi hồ sơ ghi tối đa {MAX_ROWS} dòng loại này.")
    return faults


def _check_order(case: State) -> None:
    """Refuse days that cannot follow each other."""
    places = (("report", "Ngày lập biên bản vi phạm"), ("handover", "Ngày chuyển"), ("decision", "Ngày quyết định"))
    days = {place: (title, day_of((case.get(place) or {}).get("on"))) for place, title in places}
    days["detected"] = ("Ngày phát hiện vi phạm", detected_on(case))
    for before, after in (("detected", "report"), ("report", "handover"), ("report", "decision")):
        _in_order(*days[before], *days[after])
    for row in case["payments"]:
        if not row["struck"]:
            _in_order(*days["decision"], "Ngày nộp phạt", day_of(row["on"]))


def _in_order(title: str, day: date | None, later_title: str, later: date | None) -> None:
    if day is not None and later is not None and later < day:
        raise FaultError(f"{later_title} ({later:%d/%m/%Y}) không được trước {title[0].lower()}{title[1:]} ({day:%d/%m/%Y}).")  # fmt: skip


def _single(_case: State, act: Act, said: dict[str, Any], _stamp: Stamp, _people: Choices) -> dict[str, Any]:
    return {act.place: said}


def _detect(case: State, act: Act, said: dict[str, Any], _stamp: Stamp, _people: Choices) -> dict[str, Any]:
    printed = {name: case["detected"].get(name) for name in ("printed", "doubts")}
    return {act.place: {**printed, **said, "source": "typed"}}


def _results(_case: State, act: Act, said: dict[str, Any], _stamp: Stamp, _people: Choices) -> dict[str, Any]:
    return {act.place: {**said, "awaited": said["awaited"] == "yes"}}


def _drafter(_case: State, act: Act, said: dict[str, Any], _stamp: Stamp, people: Choices) -> dict[str, Any]:
    return {act.place: {**said, "name": dict(people)[said["user"]] if said["user"] else said["name"]}}


def _violation(case: State, _act: Act, said: dict[str, Any], _stamp: Stamp, _people: Choices) -> dict[str, Any]:
    named = {name: value for name, value in said.items() if name != "fact"}
    return {"facts": [{**f, "violation": named} if f["id"] == said["fact"] else f for f in case["facts"]]}


def _price(case: State, _act: Act, said: dict[str, Any], _stamp: Stamp, _people: Choices) -> dict[str, Any]:
    known = {name: value for name, value in said.items() if name != "instrument"}
    return {"instruments": [{**i, **known, "source": "typed"} if i["id"] == said["instrument"] else i
                            for i in case["instruments"]]}  # fmt: skip


def _row(case: State, act: Act, said: dict[str, Any], stamp: Stamp, _people: Choices) -> dict[str, Any]:
    return {act.place: [*case[act.place], {"id": stamp.row_id, **said, "struck": None}]}


def _strike(case: State, _act: Act, said: dict[str, Any], _stamp: Stamp, _people: Choices) -> dict[str, Any]:
    place, _, id = said["row"].partition("/")
    why = {name: said[name] for name in ("reason", "by", "at_written")}
    return {place: [{**row, "struck": why} if row["id"] == id else row for row in case[place]]}


def _finish(kind: str) -> Callable[..., dict[str, Any]]:
    return lambda _case, act, said, _stamp, _people: {act.place: {"kind": kind, **said}}


def _reopen(_case: State, act: Act, _said: dict[str, Any], _stamp: Stamp, _people: Choices) -> dict[str, Any]:
    return {act.place: None}


_WRITERS: Mapping[str, Callable[[State, Act, dict[str, Any], Stamp, Choices], dict[str, Any]]] = {
    "detect": _detect, "complexity": _single, "results": _results, "drafter": _drafter, "violation": _violation,
    "price": _price, "report": _single, "handover": _single, "decision": _single, "payment": _row, "paper": _row,
    "sample": _row, "strike": _strike, "close": _finish(CLOSED), "drop": _finish(DROPPED), "reopen": _reopen,
}  # fmt: skip


def _row_words(row: State) -> str:
    return f"{dong(row['amount'])}, biên lai {row['receipt']}" if "receipt" in row else str(row["what"])


def _short(text: str) -> str:
    return text if len(text) <= 100 else text[:99] + "…"
