"""One place inspected in July 2021 and in July 2026 prints the law of its day: composed, signed, rendered, read back."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pytest

from checklists import catalog
from checklists.limits import load_rules
from tests.server.printing.press import Paper, printed
from tests.server.printing.real import real
from tests.server.printing.samples import Doc

IN_2021, IN_2026 = "2021-07-15", "2026-07-15"
FINE = re.compile(r"phạt tiền|mức phạt|\d[\d.]* ?(?:đồng|triệu)")


def goods(on: str) -> Doc:
    """A shop whose goods carry a label without origin. The list is of the shape of every published one."""
    texts = {"H04": "Tên, địa chỉ tổ chức, cá nhân chịu trách nhiệm", "H05": "Xuất xứ"}
    basis = ["Nghị định 43/2017/NĐ-CP", "Nghị định 37/2026/NĐ-CP Điều 42"]
    items = [{"key": key, "vi": text, "en": key, "type": "answer", "photo": "none", "legal_basis": basis}
             for key, text in texts.items()]  # fmt: skip
    definition = catalog.build({
        "code": "goods-quality-label", "version": 1, "title": {"vi": "Chất lượng, nhãn hàng hóa", "en": "Goods"},
        "sections": [{"key": "label", "per": "visit", "title": {"vi": "Nhãn hàng hóa", "en": "Label"}, "items": items}],
    })  # fmt: skip
    findings: list[Doc] = [
        {"id": f"0192f0c1-2b3c-7d4e-8f50-{n:012d}", "checklist": "goods-quality-label", "item": key, "subject_id": None,
         "ordinal": 0, "answer": "nonconforming" if key == "H05" else "conforming", "values": {}, "rows": [], "note": "",
         "photo_ids": []} for n, key in enumerate(texts, 1)
    ]  # fmt: skip
    base = real("general", on)
    campaign = {**base["campaign"], "title": "Kiểm tra chất lượng, nhãn hàng hóa dịp Tết Trung thu"}
    return {
        **base,
        "campaign": campaign,
        "checklists": [definition],
        "findings": findings,
        "requirements": [],
        "photos": [],
    }


def of(code: str, on: str, *bad: str) -> Doc:
    """The published list with these items found wanting."""
    documents = real(code, on)
    for finding in documents["findings"]:
        if finding["item"] in bad:
            finding["answer"] = "nonconforming"
    return documents


CASES: dict[str, Any] = {
    "xray": lambda on: of("diagnostic-xray", on, "X05", "X12", "X18"),
    "gold": lambda on: of("gold-jewellery", on, "G06", "G12", "G16"),
    "goods": goods,
}
CITED = {
    ("xray", IN_2021): (
        {"Luật Năng lượng nguyên tử số 18/2008/QH12", "142/2020/NĐ-CP", "13/2014/TTLT-BKHCN-BYT", "13/2018/TT-BKHCN"},
        {"94/2025/QH15", "332/2025/NĐ-CP", "59/2025/TT-BKHCN", "71/2026/NĐ-CP", "217/2025/NĐ-CP"},
    ),
    ("xray", IN_2026): (
        {"Luật Năng lượng nguyên tử số 94/2025/QH15", "332/2025/NĐ-CP", "59/2025/TT-BKHCN", "217/2025/NĐ-CP"},
        # Whether circular 19/2012 holds under the law of 2026 was not read: the paper leaves it out.
        {"18/2008/QH12", "142/2020/NĐ-CP", "107/2013/NĐ-CP", "19/2012/TT-BKHCN"},
    ),
    ("gold", IN_2021): ({"22/2013/TT-BKHCN", "24/2012/NĐ-CP", "43/2017/NĐ-CP"}, {"04/2026/TT-BKHCN", "37/2026/NĐ-CP"}),
    ("gold", IN_2026): ({"22/2013/TT-BKHCN", "04/2026/TT-BKHCN", "37/2026/NĐ-CP", "232/2025/NĐ-CP"}, {"43/2017/NĐ-CP"}),
    ("goods", IN_2021): ({"43/2017/NĐ-CP", "132/2008/NĐ-CP", "26/2012/TT-BKHCN"}, {"37/2026/NĐ-CP", "217/2025/NĐ-CP"}),
    ("goods", IN_2026): ({"37/2026/NĐ-CP", "217/2025/NĐ-CP"}, {"43/2017/NĐ-CP", "132/2008/NĐ-CP", "26/2012/TT-BKHCN"}),
}  # fmt: skip
AMENDED = ", sửa đổi, bổ sung bởi Nghị định số 126/2021/NĐ-CP"
PUNISHED = {
    ("xray", IN_2021): {
        "X05": "xem xét, xử lý theo Điều 12 Nghị định số 107/2013/NĐ-CP",
        "X12": "xem xét, xử lý theo Nghị định số 107/2013/NĐ-CP",
        "X18": "xem xét, xử lý theo Điều 27 khoản 2 Nghị định số 107/2013/NĐ-CP",
    },
    ("xray", IN_2026): dict.fromkeys(("X05", "X12", "X18"), "xem xét, xử lý theo Nghị định số 71/2026/NĐ-CP"),
    ("gold", IN_2021): {
        "G06": "xem xét, xử lý theo Điều 10 Nghị định số 119/2017/NĐ-CP",
        "G12": "xem xét, xử lý theo Điều 14 Nghị định số 119/2017/NĐ-CP",
        "G16": "xem xét, xử lý theo Nghị định số 119/2017/NĐ-CP",
    },
    ("gold", IN_2026): {
        "G06": f"xem xét, xử lý theo Điều 10 Nghị định số 119/2017/NĐ-CP{AMENDED}",
        "G12": f"xem xét, xử lý theo Điều 14 Nghị định số 119/2017/NĐ-CP{AMENDED}",
        "G16": f"xem xét, xử lý theo Nghị định số 119/2017/NĐ-CP{AMENDED}",
    },
    ("goods", IN_2021): {"H05": "xem xét, xử lý theo Nghị định số 119/2017/NĐ-CP"},
    ("goods", IN_2026): {"H05": f"xem xét, xử lý theo Nghị định số 119/2017/NĐ-CP{AMENDED}"},
}


@lru_cache
def paper(name: str, on: str) -> Paper:
    return printed(CASES[name](on))


def lines(text: str) -> str:
    """The text of the paper as one line; a paper breaks lines and pages where it likes, inside a number too."""
    text = re.sub(r"\nKý từng trang:[^\n]*(?:\n\d+(?=\n))?", "", text)
    return re.sub(r"\s+", " ", re.sub(r"(?<=[/-])\n", "", text))


@pytest.mark.parametrize(("name", "on"), CITED)
def test_the_paper_cites_the_law_of_its_day_and_no_other(name: str, on: str) -> None:
    text = lines(paper(name, on).text)
    there, elsewhere = CITED[name, on]
    assert [number for number in there if number not in text] == []
    assert [number for number in elsewhere if number in text] == []


@pytest.mark.parametrize(("name", "on"), PUNISHED)
def test_what_does_not_conform_names_decree_and_article_and_no_amount(name: str, on: str) -> None:
    text = lines(paper(name, on).text)
    for key, said in PUNISHED[name, on].items():
        (sentence,) = re.findall(rf"Không đạt: [^–]*?\({key}\).*?(?=– Không đạt|Cơ sở chấp hành|$)", text)
        assert sentence.split("; ")[-1].rstrip(". ").startswith(said), sentence
        assert sentence.count("Điều 1") == said.count("Điều 1") + sentence.partition("; xem xét")[0].count("Điều 1")
    assert not FINE.search(text)


def test_a_decree_that_was_not_read_names_no_article() -> None:
    text = lines(paper("xray", IN_2026).text)
    assert not re.search(r"Điều \d+[^;.]*71/2026", text)
    row = next(row for row in load_rules().penalties if row.law == "nd-71-2026")
    assert row.article is None
    assert row.amounts == ()


def test_a_paper_that_was_signed_before_there_were_articles_prints_as_before() -> None:
    documents = of("diagnostic-xray", IN_2021, "X05")
    old = printed({**documents, "violations": (), "penalties": ()})
    assert '"penalties"' not in old.canonical
    assert "xem xét, xử lý" not in old.text
    assert "Không đạt" in old.text
