"""Who may verify by which procedure (ĐLVN): what a member of a mobile team can be authorised for, and what a team lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checklists import catalog
from server.services.days import day_of
from sync.paper_words import INSTRUMENTS

KIND = "kiem_dinh_luu_dong"
CHECKLIST, ITEM, FIELD = "mobile-verification", "KD04", "procedure"
PAPERS = {
    "verification_record": "biên bản kiểm định",
    "verification_certificate": "giấy chứng nhận kiểm định",
}
"""The numbered papers of a verification: each needs a series of the organisation that verifies (decision 0022)."""
State = Mapping[str, Any]


def procedures() -> dict[str, str]:
    """Return the procedures that the checklist of mobile verification knows: code -> how it is called."""
    item = catalog.load().latest(CHECKLIST).item(ITEM)
    fields = () if item is None else item.fields
    return {code: title.vi for field in fields if field.key == FIELD for code, title in field.choices}


def instrument_types() -> dict[str, str]:
    """Return the kinds of instruments that the checklist of mobile verification is for: code -> how it is called."""
    sections = catalog.load().latest(CHECKLIST).sections
    codes = dict.fromkeys(code for section in sections for code in section.instrument_types)
    return {code: INSTRUMENTS.get(code, code) for code in codes}


def are_procedures(codes: Any) -> bool:
    """Say whether this is a list of known procedures, each once."""
    known = procedures()
    return (
        isinstance(codes, list | tuple) and len(set(map(str, codes))) == len(codes) and all(c in known for c in codes)
    )


def may_verify(member: State) -> bool:
    """Say whether a member of a team is authorised for any procedure."""
    return bool(member.get("procedures"))


def lacks(team: Sequence[State], organisation: State | None, ends_on: Any) -> Iterator[str]:
    """Say what a team of a mobile verification will miss in the field, though its campaign can be opened."""
    for member in team:
        name, certificate = member.get("name"), member.get("certificate")
        if member.get("role") != "verifier" and not may_verify(member):
            continue
        if not may_verify(member):
            yield f"{name} là kiểm định viên nhưng chưa được giao ĐLVN nào: kết quả của người này là “chưa kết luận”."
        if not certificate:
            yield f"{name}: chưa ghi thẻ hoặc chứng chỉ kiểm định viên."
        elif (until := day_of(certificate.get("valid_to"))) and (last := day_of(ends_on)) and until < last:
            yield f"{name}: thẻ, chứng chỉ hết hạn ngày {until:%d/%m/%Y}, trước khi đợt kết thúc."
    if not any(map(may_verify, team)):
        yield "Trong đoàn chưa ai được giao ĐLVN: mọi phương tiện đo sẽ là “chưa kết luận”."
    forms = {str(row.get("form")) for row in (organisation or {}).get("series") or ()}
    if missing := [title for form, title in PAPERS.items() if form not in forms]:
        name = (organisation or {}).get("name") or "Cơ quan kiểm định"
        yield f"{name} chưa có sổ số cho {' và '.join(missing)}: quản trị mở sổ trước khi tổ lên đường."
