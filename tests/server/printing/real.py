"""Minutes of every published checklist with their real definitions, rules and verdicts. Names are invented.

What is entered stands in `entries` and its like, one file a family; a checklist without entries is answered in plain words.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from checklists import catalog, conditions
from checklists.judge import judge
from checklists.limits import RuleSet, load_rules
from checklists.model import Checklist, Field, Item
from sync.findings import VERIFICATION_KINDS
from sync.ids import answer_id
from tests.server.printing import entries, entries_goods, entries_metrology
from tests.server.printing.samples import TEAM, photo

Doc = dict[str, Any]
TITLES = entries.TITLES | entries_metrology.TITLES | entries_goods.TITLES
INSTRUMENTS = entries.INSTRUMENTS | entries_metrology.INSTRUMENTS
TABLES = entries.TABLES | entries_metrology.TABLES | entries_goods.TABLES
SITES = entries_metrology.SITES | entries_goods.SITES
VALUES = entries_metrology.VALUES | entries_goods.VALUES
BAD = entries.BAD | entries_metrology.BAD | entries_goods.BAD
CODES = sorted({checklist.code for checklist in catalog.load().all()})
INSPECTION = "0192f0c1-2b3c-7d4e-8f50-000000000999"
SITE = "0192f0c1-2b3c-7d4e-8f50-000000000700"
STANDARD = "0192f0c1-2b3c-7d4e-8f50-000000000800"
LOT = "0192f0c1-2b3c-7d4e-8f50-000000000600"


def real(code: str, on: str = "2021-08-05", form: str = "inspection", **more: Any) -> Doc:
    """Return the documents of one inspection by the published checklist: everything answered, some things found."""
    checklist, rules = catalog.load().latest(code), load_rules()
    instruments = [
        {"id": f"0192f0c1-2b3c-7d4e-8f50-{100 + n:012d}", **doc} for n, doc in enumerate(instruments_of(checklist))
    ]
    campaign = campaign_of(checklist)
    context = "verification" if campaign["kind"] in VERIFICATION_KINDS else "inspection"
    findings = findings_of(checklist, instruments, rules, date.fromisoformat(on), context)
    bad = [f["id"] for f in findings if f["answer"] == "nonconforming"][:2]
    photos = [photo(901, f"{on}T08:50:00+07:00"), photo(902, f"{on}T09:42:00+07:00")]
    for finding, one in zip([f for f in findings if f["id"] in bad] or findings[:1], photos, strict=False):
        finding["photo_ids"] = [one["id"]]
    return {
        "form": form, "issued_at": f"{on}T11:25:00+07:00",
        "number": {"series": "BB-ĐKT", "symbol": "BB-ĐKT", "year": int(on[:4]), "number": 7},
        "inspection": {
            "id": INSPECTION, "visits": [{"started_at": f"{on}T08:30:00+07:00", "ended_at": f"{on}T11:25:00+07:00"}],
            "decision_announced_at": f"{on}T08:35:00+07:00", "standards": [STANDARD],
            "conclusion": "Cơ sở chấp hành việc kiểm tra; các nội dung không đạt đã nêu ở trên phải khắc phục.",
            "establishment_statement": "Cơ sở nhất trí với kết quả kiểm tra.",
        },
        "campaign": {**campaign, "team": TEAM,
                     "decision": {"number": "98/QĐ-SKHCN", "date": "2021-07-26", "title": "Giám đốc", "basis": [],
                                  "scope": "Đo lường, chất lượng theo chương trình năm 2021"}},
        "organisation": {"name": "Sở Khoa học và Công nghệ", "place": "Bắc Giang",
                         "letterhead": ["UBND tỉnh Bắc Giang", "Sở Khoa học và Công nghệ"]},
        "establishment": {"id": SITE, "name": "Cửa hàng xăng dầu Song Mai (mẫu)", "tax_code": "2400123456",
                          "address": "Thôn Trại", "area_code": "07213", "phone": "0204 3 000 000",
                          "representative": {"name": "Phạm Thị Bán", "title": "Cửa hàng trưởng"},
                          "business_lines": ["Bán lẻ xăng dầu"], **SITES.get(code, {})},
        "area": {"code": "07213", "name": "xã Song Mai", "district": "thành phố Bắc Giang", "province": "tỉnh Bắc Giang"},
        "instruments": instruments, "findings": findings, "checklists": [checklist],
        **{name: rules.served()[name] for name in ("law", "violations", "penalties")},
        "standards": [{"id": STANDARD, "name": "Bình chuẩn kim loại 20 L, cấp 0,1", "serial": "BC-20-07",
                       "certificate_number": "V11.CN1.0123.20", "calibrated_until": "2021-11-15"}],
        "photos": photos,
        "requirements": [{"text": "Khắc phục các nội dung không đạt", "article": "", "due_on": "2021-08-20",
                          "finding_ids": bad, "state": "open"}] if bad else [],
        "measures": [{"type": "suspend", "instrument_id": instruments[0]["id"], "serials": [],
                      "reason": "Sai số vượt quá giới hạn", "at": f"{on}T10:40:00+07:00"}] if instruments and bad else [],
        **more,
    }  # fmt: skip


def campaign_of(checklist: Checklist) -> Doc:
    """Return title and kind of the campaign that the programme would carry out with a checklist."""
    kinds = {"diagnostic-xray": "kiem_tra", **entries_metrology.KINDS, **entries_goods.KINDS}
    return {
        "title": TITLES.get(checklist.code, checklist.title.vi),
        "kind": kinds.get(checklist.code, "kiem_tra_nha_nuoc"),
    }


def instruments_of(checklist: Checklist) -> list[Doc]:
    """Return what stands at the site: what the entries say, else one instrument of each kind that is asked about."""
    types = dict.fromkeys(type for section in checklist.sections for type in section.instrument_types)
    plain = [{"type": type, "maker": "Tatsuno", "model": "T1", "serial": f"A-{n}", "year": 2018, "attributes": {},
              "verified_until": "2022-03-31", "mark_serial": "", "certificate_number": ""} for n, type in enumerate(types, 1)]  # fmt: skip
    return INSTRUMENTS.get(checklist.code, plain)


def findings_of(checklist: Checklist, instruments: list[Doc], rules: RuleSet, on: date, context: str) -> list[Doc]:
    """Answer everything that is asked of every subject, then judge it as tablet and server do."""
    subjects = {instrument["id"]: instrument for instrument in instruments}
    found: dict[str | None, dict[str, Doc]] = {id: {} for id in (None, LOT, *subjects)}
    for section in checklist.sections:
        here: list[str | None] = [None]
        if section.per == "sample":
            here = [LOT]
        elif section.per in {"instrument", "vehicle"}:
            here = [id for id, doc in subjects.items() if doc["type"] in section.instrument_types]
        for id in here:
            for item in section.items:
                if conditions.applies(item.when, subjects.get(id or ""), found[None] | found[id]):
                    found[id][item.key] = _finding(checklist.code, item, id, subjects.get(id or "", {}))
    findings = [finding for answers in found.values() for finding in answers.values()]
    for finding in findings:
        id, asked = finding["subject_id"], checklist.item(finding["item"])
        assert asked is not None
        answers = found[None] | found[id]
        finding["computed"] = judge(asked, finding, subjects.get(id or ""), answers, rules, on, context)
        if finding["computed"] and finding["computed"]["verdict"] == "fail":
            finding["answer"] = "nonconforming"
    return findings


def _finding(code: str, item: Item, subject_id: str | None, subject: Doc) -> Doc:
    answer = ("nonconforming" if item.key in BAD else "conforming") if item.type in {"answer", "table"} else None
    rows = TABLES.get(item.key) or ([{c.key: _value(c) for c in item.columns}] * 2 if item.columns else [])
    values = {f.key: _value(f) for f in item.fields} | VALUES.get(item.key, {})
    own = {name: subject[name] for name in ("maker", "model", "serial") if name in values and name in subject}
    one = entries_metrology.OF_ONE.get(str(subject.get("serial")), {}).get(item.key, {})
    return {"id": answer_id(INSPECTION, code, item.key, subject_id, 0), "checklist": code, "item": item.key,
            "subject_id": subject_id, "ordinal": 0, "answer": answer, "rows": rows,
            "note": "Đã nhắc nhở cơ sở khắc phục." if item.key in BAD else "", "photo_ids": [],
            **one, "values": values | own | one.get("values", {})}  # fmt: skip


def _value(field: Field) -> Any:
    if field.key in entries.FIELDS:
        return entries.FIELDS[field.key]
    if field.type == "answer":
        return "conforming"
    if field.type in {"choice", "multi_choice"}:
        return [field.choices[0][0]] if field.type == "multi_choice" else field.choices[0][0]
    if field.type == "date":
        return "2022-06-30"
    return entries.NUMBERS.get(field.key, "1") if field.type == "number" else entries.WORDS.get(field.key, "theo hồ sơ")
