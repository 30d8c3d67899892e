"""Samples on paper: the rows of sampling minutes, who took them, and what laboratories said, as a notice tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sync import paper_words as words
from sync import samples
from sync.paper_forms import Form
from sync.paper_notice import as_letter
from sync.paper_results import Context, Doc

PURPOSES = {
    "test": "Thử nghiệm",
    "retained_agency": "Lưu tại cơ quan kiểm tra",
    "retained_site": "Lưu tại cơ sở",
    "retained_other": "Lưu tại bên khác",
}
EVENTS = {
    "taken": "Lấy mẫu",
    "sealed": "Niêm phong",
    "handed_over": "Bàn giao",
    "received": "Nơi thử nghiệm nhận",
    "opened": "Mở niêm phong",
    "returned": "Trả lại mẫu",
    "destroyed": "Hủy mẫu",
    "note": "Ghi chú, đính chính",
}
CONCLUSIONS = {"conforming": "Phù hợp", "nonconforming": "Không phù hợp", "not_stated": "Không nêu"}
"""What a laboratory concluded, in its own report: never computed here."""
SAMPLER = "NGƯỜI LẤY MẪU"
_DETAILS = (
    ("grade", "Loại, cấp hạng"), ("brand", "Nhãn hiệu"), ("batch", "Số lô"), ("maker", "Nơi sản xuất, nhập khẩu"),
    ("made_on", "NSX"), ("expires_on", "HSD"), ("stock", "Lượng hàng tại nơi lấy"),
)  # fmt: skip
_HOW = (
    ("method", "phương pháp lấy mẫu"), ("containers", "bao bì, dụng cụ chứa"), ("taken_by", "người lấy mẫu"),
    ("tests", "yêu cầu thử nghiệm"), ("note", "ghi chú"),
)  # fmt: skip


def minutes(doc: Mapping[str, Any], found: Sequence[Doc], context: Context) -> dict[str, Any]:
    """Make sampling minutes of what was composed: they begin with the first sample and end when they are issued."""
    taken = _in_order(found)
    first = next((each["taken_at"] for each in taken if each.get("taken_at")), None)
    return {
        **doc,
        "samples": [_row(number, each, context) for number, each in enumerate(taken, 1)],
        "signatures": sampled_by(doc["signatures"], taken),
        "started": words.moment(first) or doc["started"],
    }


def photographed(found: Sequence[Doc]) -> list[Doc]:
    """Return what the photos of samples show, in the shape of findings."""
    numbered = enumerate(_in_order(found), 1)
    return [{"item": f"Mẫu {number}", "photo_ids": each.get("photo_ids") or []} for number, each in numbered]


def cited_by(form: Form, papers: Sequence[Doc]) -> list[Doc]:
    """Return the sampling minutes that a result notice rests on."""
    return [paper for paper in papers if paper.get("form") in form.rests_on] if form.tells_results else []


def notice(
    doc: Mapping[str, Any], found: Sequence[Doc], results: Sequence[Doc], *, organisation: Doc, campaign: Doc,
    signer: Doc | None,
) -> dict[str, Any]:  # fmt: skip
    """Make the letter that tells the site what laboratories said of its samples, as entered; nothing is concluded here."""
    by_id = {str(each["id"]): each for each in found}
    told = sorted(samples.current(results), key=lambda each: _result_order(by_id, each))
    rows = [_result(each, by_id.get(words.text(each.get("sample_id")), {})) for each in told]
    agency = words.text(organisation.get("name")) or "Cơ quan"
    site = words.text(doc["establishment"]["name"]) or "cơ sở"
    said = {
        "opening": f"{agency} thông báo kết quả thử nghiệm mẫu đã lấy tại {site} như sau:",
        "closing": f"{agency} thông báo để {site} biết",
    }
    written = as_letter(doc, said, organisation=organisation, campaign=campaign, signer=signer)
    return {**written, "results": rows}


def name_of(sample: Doc) -> str:
    """Name a sample as it stands in a table: product and grade."""
    product, grade = words.text(sample.get("product")), words.text(sample.get("grade"))
    return product if not grade or grade.casefold() in product.casefold() else f"{product} ({grade})"


def amount(doc: Doc, unit: Any = None) -> dict[str, str]:
    """Return {text, unit} of an amount; the number stays a decimal string, the template writes its comma."""
    quantity = words.text(doc.get("quantity"))
    return {"text": quantity, "unit": words.text(doc.get("unit") or unit) if quantity else ""}


def sampled_by(signatures: Sequence[dict[str, Any]], found: Sequence[Doc]) -> list[dict[str, Any]]:
    """Put who took the samples among those who sign: between the site and the head of the team (NĐ 37/2026, Mẫu 15)."""
    names = list(dict.fromkeys(filter(None, (words.text(doc.get("taken_by")) for doc in found))))
    leaders = {each["name"] for each in signatures if each["role"] == "team_leader"}
    members = [each for each in signatures if each["role"] == "member"]
    own = next((each for each in members if each["name"] in names), None)
    if own is not None:
        return [{**each, "heading": SAMPLER} if each is own else each for each in signatures]
    missing = [name for name in names if name not in leaders]
    if not missing or not members:
        return list(signatures)
    signs = {**members[0], "heading": SAMPLER, "name": missing[0], "title": "", "outcome": "ink", "outcome_word": "",
             "reason": "", "strokes": None}  # fmt: skip
    if members[0]["outcome"] == "ink" and members[0]["strokes"] is None:
        return [signs if each is members[0] else each for each in signatures]
    return [part for each in signatures for part in ((signs, each) if each is members[0] else (each,))]


def _result_order(by_id: Mapping[str, Doc], result: Doc) -> tuple[str, ...]:
    sample = by_id.get(words.text(result.get("sample_id")), {})
    return (words.text(sample.get("taken_at")), words.text(sample.get("code")), words.text(result.get("report_on")),
            str(result["id"]))  # fmt: skip


def _in_order(found: Sequence[Doc]) -> list[Doc]:
    return sorted(found, key=_order)


def _order(sample: Doc) -> tuple[str, str, str]:
    return words.text(sample.get("taken_at")), words.text(sample.get("code")), str(sample["id"])


def _row(number: int, doc: Doc, context: Context) -> dict[str, Any]:
    instrument = doc.get("instrument_id")
    place = [
        words.text(doc.get("place")),
        context.name(instrument, "instrument") if instrument in context.instruments else "",
    ]
    return {
        "number": number,
        "id": doc["id"],
        "sha256": samples.fingerprint(doc),
        "code": words.text(doc.get("code")),
        "name": name_of({**doc, "grade": ""}),
        "details": [_said(doc, name, title) for name, title in _DETAILS if words.text(doc.get(name))],
        "place": "; ".join(filter(None, place)),
        "taken": words.moment(doc.get("taken_at")),
        "amount": amount(doc),
        "condition": words.text(doc.get("condition")),
        "how": [_said(doc, name, title) for name, title in _HOW if words.text(doc.get(name))],
        "portions": [_portion(key, each, doc) for key, each in samples.portions(doc)],
        "photos": sorted(
            {context.photo_numbers[id] for id in doc.get("photo_ids") or () if id in context.photo_numbers}
        ),
    }


def _said(doc: Doc, name: str, title: str) -> dict[str, str]:
    value = doc.get(name)
    return {"title": title, "text": words.short_day(value) if name.endswith("_on") else words.text(value).rstrip(" .;")}


def _portion(key: str, portion: Mapping[str, Any], sample: Doc) -> dict[str, Any]:
    purpose = words.text(portion.get("purpose"))
    seals = portion.get("seals")
    return {
        "key": key,
        "purpose": PURPOSES.get(purpose, purpose),
        "amount": amount(portion, sample.get("unit")),
        "seals": ", ".join(map(words.text, seals)) if isinstance(seals, list) else words.text(seals),
        "holder": words.text(portion.get("holder")),
        "note": words.text(portion.get("note")).rstrip(" .;"),
    }


def _result(doc: Doc, sample: Doc) -> dict[str, Any]:
    conclusion = words.text(doc.get("conclusion"))
    return {
        "id": doc["id"],
        "sha256": samples.result_digest(doc),
        "sample": name_of(sample),
        "code": words.text(sample.get("code")),
        "batch": words.text(sample.get("batch")),
        "taken": words.moment(sample.get("taken_at")),
        "seals": ", ".join(_tested_seals(doc, sample)),
        "laboratory": words.text(doc.get("laboratory")),
        "designation": words.text(doc.get("designation")),
        "report_number": words.text(doc.get("report_number")),
        "report_on": words.long_day(doc.get("report_on")),
        "tests": [_test(each) for each in doc.get("tests") or () if isinstance(each, Mapping)],
        "conclusion": conclusion,
        "conclusion_word": CONCLUSIONS.get(conclusion, conclusion),
        "statement": words.text(doc.get("statement")).rstrip(" .;"),
    }


def _tested_seals(result: Doc, sample: Doc) -> Iterator[str]:
    """Return the seals of the portion that was tested, where the result names one, else all of the sample."""
    own = {key: each for key, each in samples.portions(sample) if key == words.text(result.get("portion"))}
    return samples.seals({**sample, "portions": own} if own else sample)


def _test(test: Doc) -> dict[str, str]:
    conclusion = words.text(test.get("conclusion"))
    return {
        **{name: words.text(test.get(name)) for name in ("name", "method", "value", "unit", "requirement")},
        "conclusion": conclusion,
        "conclusion_word": CONCLUSIONS.get(conclusion, conclusion),
    }
