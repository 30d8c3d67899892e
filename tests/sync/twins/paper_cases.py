"""Inspections without end for comparing what both languages compose: real ones and vectors, with chance changes in them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from checklists.model import Checklist
from sync.paper_forms import FORMS
from tests.server.printing.make_vectors import PAPERS
from tests.server.printing.real import CODES, real

Doc = dict[str, Any]
TEXTS = (
    "", " ", "Đã nhắc nhở. ; ", "vòi số 2", "😀 lỗi 🏭", "Cơ sở\u00a0", "e\u0302\u0301 tổ hợp", "tỉnh Bắc Ninh", "TỈNH",
    'dấu "ngoặc" \\ và\ttab\nxuống dòng', "\u202etrái\u202c", "\u2028", "\x1f", "ß", "Cân", "căn cứ Luật", "Luật 28/2013/TT-BKHCN",
    "constructor", "__proto__", "1.50", "0", "-0,5", "a; b; c", "Nguyễn Văn Kiểm", "ﬁ", "İ", "ς", "\ufffd", "𝟙𝟚/2013/x", "x" * 300,
)  # fmt: skip
MOMENTS = (
    "2021-08-05T08:30:00+07:00", "2021-08-04T23:59:59.999999Z", "2021-08-05T01:30+00:00", "2021-08-05 08:30:00+0700",
    "20210805T083000Z", "2021-08-05T08:30:00", "2021-08-05", "2021-02-29T08:00:00+07:00", "2020-02-29T20:00:00-05:30",
    "hôm qua", "2026-12-31T23:30:00+07:00", "2026-01-05T00:00:00.5+07:00", "2021-08-05T24:00:00+07:00", "2021-13-01",
)  # fmt: skip
DAYS = (
    "2021-08-05",
    "2022-01-31",
    "20220131",
    "2022-02-30",
    "2022-1-3",
    "31/01/2022",
    "2021-08-05T10:00:00+07:00",
    "",
    "2031-12-09",
)
MOMENT_FIELDS = frozenset({"at", "taken_at", "started_at", "ended_at", "decision_announced_at", "signed_at"})
DAY_FIELDS = frozenset({"on", "value", "due_on", "verified_until", "calibrated_until", "valid_to", "valid_until", "date", "report_on",
                        "made_on", "expires_on", "planned_on", "issued_on"})  # fmt: skip
KEPT = frozenset({"checklists", "law", "violations", "penalties", "cycles", "form", "issued_at", "number"})
"""What is served, not entered: nobody on a tablet can change it."""
WORDS = {
    "answer": ("conforming", "nonconforming", "not_checked", "not_applicable", None),
    "kind": ("thanh_tra", "kiem_tra", "kiem_dinh_luu_dong", "ra_soat", "khac"),
    "type": ("seal", "unseal", "suspend", "resume", "nozzle", "weighing_instrument"),
    "outcome": ("ink", "drawn", "fingerprint", "refused", "absent", "khac"),
    "role": ("leader", "member", "secretary", "technical_officer", "representative", "witness", "team_leader"),
    "state": ("open", "done", "waived"),
    "purpose": ("evidence", "signed_paper", "test", "retained_site"),
    "status": ("confirmed", "unconfirmed", "given"),
    "verdict": ("pass", "fail", "inconclusive", None),
    "fate": ("used", "spoiled"),
    "mode": ("initial", "periodic", "after_repair", "khác"),
}


@cache
def _bases() -> tuple[str, ...]:
    """Every vector and every published checklist, as JSON: what a tablet holds has come over the wire."""
    found = [build() for build in PAPERS.values()] + [real(code) for code in CODES]
    return tuple(json.dumps(served(documents), ensure_ascii=False) for documents in found)


def served(documents: Doc) -> Doc:
    """Return documents with their checklists as they are served."""
    lists = [each.definition if isinstance(each, Checklist) else each for each in documents.get("checklists", ())]
    return {**documents, "checklists": lists}


def cases(count: int, seed: int, first: int = 0) -> Iterator[Doc]:
    """Return inspections: each base once as it is, then with up to a dozen changes, in every form."""
    bases = _bases()
    for number in range(first, count):
        dice = Random(f"{seed}-{number}")
        documents = json.loads(bases[number % len(bases)])
        if number >= len(bases):
            _crossed(dice, documents, json.loads(dice.choice(bases)))
            for _ in range(dice.randint(1, 12)):
                _change(dice, documents)
        yield documents


def _crossed(dice: Random, documents: Doc, other: Doc) -> None:
    """Take another form, and now and then whole parts of another inspection."""
    if dice.random() < 0.6:
        documents["form"] = dice.choice(list(FORMS))
    if dice.random() < 0.2:
        documents["number"] = None
    for name in (
        "measures",
        "papers",
        "earlier",
        "signatures",
        "samples",
        "results",
        "photos",
        "amends",
        "signer",
        "requirements",
        "session",
        "marks",
        "cycles",
    ):
        if name in other and dice.random() < 0.3:
            documents[name] = copy.deepcopy(other[name])
    if dice.random() < 0.1:
        documents["amends"] = {"text": dice.choice(["01/BB-ĐKT", "", None]), "issued_at": dice.choice(MOMENTS)}
    if dice.random() < 0.4:
        _verified(dice, documents)
    _doubled(dice, documents)
    if documents.get("samples"):
        _sampled(dice, documents)
    if documents["form"] == "not_carried_out" or dice.random() < 0.1:
        witness = {"name": dice.choice(TEXTS), "capacity": dice.choice(TEXTS)}
        documents["inspection"]["attempt"] = {
            "cause": dice.choice(["closed", "refused", "khác"]), "at": dice.choice(MOMENTS),
            "witness": dice.choice([None, witness]), "no_witness_reason": dice.choice(TEXTS), "photo_ids": [],
        }  # fmt: skip


def _doubled(dice: Random, documents: Doc) -> None:
    """Give findings several photos in any order, and measures another one of the same moment that names none."""
    ids = [photo["id"] for photo in documents.get("photos", ())] + [f"{dice.getrandbits(128):032x}" for _ in range(2)]
    for finding in dice.sample(documents["findings"], min(3, len(documents["findings"]))):
        finding["photo_ids"] = dice.sample(ids, dice.randint(0, len(ids)))
    for name in ("measures", "earlier"):
        for measure in dice.sample(documents.get(name, []), min(2, len(documents.get(name, [])))):
            twin = {**measure, "id": f"{dice.getrandbits(128):032x}", "serials": ["K-1"]}
            twin.pop("follows", None)
            documents[name].insert(dice.randrange(len(documents[name]) + 1), twin)


def _verified(dice: Random, documents: Doc) -> None:
    """Let a paper be about some instrument, known or not, issued by somebody of the team, in another year of cycles."""
    ids = [each["id"] for each in documents.get("instruments", ())]
    documents["instrument_id"] = dice.choice([*ids, "", f"{dice.getrandbits(128):032x}"])
    for number, member in enumerate(documents["campaign"].get("team") or ()):
        if isinstance(member, dict) and dice.random() < 0.5:
            member["user_id"] = f"u-{number}"
    documents["by"] = dice.choice(["", "u-0", "u-1", "u-9"])
    for finding in documents["findings"]:
        if finding.get("item") == "KD11" and dice.random() < 0.5:
            finding["values"] = {"conclusion": dice.choice(["pass", "fail", "inconclusive", "", "khác"])}
            finding["computed"] = dice.choice(
                [None, {"verdict": dice.choice(WORDS["verdict"]), "explanation": dice.choice(TEXTS)}]
            )
    for cycle in documents.get("cycles") or ():
        cycle["status"] = dice.choice(["confirmed", "unconfirmed"])
        cycle["valid_from"] = dice.choice([None, "2020-01-01", "2021-08-05", "2026-04-15"])


def _sampled(dice: Random, documents: Doc) -> None:
    """Let samples be taken by one who is not in the team, and a member sign in some way."""
    for sample in documents["samples"]:
        sample["taken_by"] = dice.choice(["Lê Quốc Lượng", "Người ngoài đoàn", "Nguyễn Văn Kiểm", ""])
    if dice.random() < 0.5:
        documents["signatures"] = [{"role": "member", "name": "Trần Thị Đo", "outcome": dice.choice(WORDS["outcome"])}]


def _change(dice: Random, documents: Doc) -> None:
    """Change one thing somewhere in what was entered."""
    place: Any = documents
    names = [name for name in documents if name not in KEPT]
    name: Any = dice.choice(names)
    while isinstance(place[name], dict | list) and place[name] and dice.random() < 0.85:
        place = place[name]
        name = dice.choice(list(place)) if isinstance(place, dict) else dice.randrange(len(place))
    if place is documents:
        documents[name] = type(documents[name])() if documents[name] is not None else None
    elif isinstance(place, list):
        _change_list(dice, place, name)
    elif name != "id":
        _change_field(dice, place, name)


def _change_list(dice: Random, rows: list[Any], at: int) -> None:
    chance = dice.random()
    if chance < 0.3:
        del rows[at]
    elif chance < 0.5:
        dice.shuffle(rows)
    elif chance < 0.7 and isinstance(rows[at], dict):
        rows[at]["voided"] = dice.choice([None, {"reason": "nhầm"}])
    elif chance < 0.8:
        rows.append(copy.deepcopy(rows[at]))
        if isinstance(rows[-1], dict) and "id" in rows[-1]:
            rows[-1]["id"] = f"{dice.getrandbits(128):032x}"
    elif isinstance(rows[at], str):
        rows[at] = dice.choice(TEXTS)


def _change_field(dice: Random, doc: Doc, name: str) -> None:
    value = doc[name]
    if dice.random() < 0.15:
        del doc[name]
    elif name in MOMENT_FIELDS:
        doc[name] = dice.choice(MOMENTS)
    elif name in DAY_FIELDS:
        doc[name] = dice.choice(DAYS)
    elif name in WORDS and dice.random() < 0.8:
        doc[name] = dice.choice(WORDS[name])
    elif isinstance(value, str):
        doc[name] = dice.choice(TEXTS) if dice.random() < 0.9 else None
    elif isinstance(value, bool):
        doc[name] = not value
    elif isinstance(value, int):
        doc[name] = dice.choice([0, 1, 2, 17, 2**53 - 1])
    elif value is None:
        doc[name] = ""
    else:
        doc[name] = None if dice.random() < 0.5 else type(value)()
