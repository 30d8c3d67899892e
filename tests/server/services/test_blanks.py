"""Pre-printed minutes: numbers set aside, sheets with room for the pen, and what was written keyed in later."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from server.printing.minutes import render
from server.services import numbers
from sync import paper, seal
from sync.paper_blank import MOMENT, blank
from sync.paper_forms import FORMS
from sync.paper_results import definition_of
from sync.paper_words import VIETNAM
from tests.server.printing.samples import SAMPLES, gold_shop
from tests.server.services.test_minutes import Desk, desk
from tests.server.services.test_papers import photographs_the_pages

__all__ = ["desk"]
BY_HAND = [code for code, form in FORMS.items() if form.by_hand]


def emptied(documents: dict[str, Any], form: str) -> dict[str, Any]:
    doc = paper.compose(**{**documents, "form": form})
    return blank(FORMS[form], doc, [definition_of(c) for c in documents["checklists"]])


@pytest.mark.parametrize("form", BY_HAND)
@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_that_was_found_is_printed_on_a_blank(form: str, name: str) -> None:
    text = seal.canonical_text(emptied(SAMPLES[name](), form))
    for found in ("quá giới hạn", "TX-4412", "từ chối ký", "NP-0071", "29.950", "Đèn hỏng", "đồng ý với kết quả"):
        assert found not in text
    assert MOMENT in text
    assert render(text, None, host="h.vn", status="issued").startswith(b"%PDF")


def test_the_items_stand_with_room_for_the_pen() -> None:
    doc = emptied(gold_shop(), "inspection")
    items = [i for s in doc["blank"]["checklists"][0]["sections"] for i in s["items"]]
    assert [i["key"] for i in items] == ["G01", "G02", "G11", "G23", "G05", "G06"]
    assert [c["title"] for c in items[2]["columns"]] == ["Tên mẫu", "Công bố", "Đo được"]
    assert [s["outcome"] for s in doc["signatures"]] == ["ink"] * len(doc["signatures"])
    assert emptied(gold_shop(), "not_carried_out")["signatures"][0]["heading"] == "NGƯỜI CHỨNG KIẾN"


@pytest.mark.parametrize("form", ["suspension_notice", "amendment"])
def test_what_is_not_written_at_the_site_has_no_blank(form: str) -> None:
    with pytest.raises(ValueError, match="không có bản in sẵn"):
        emptied({**gold_shop(), "form": form}, form)


def run(desk: Desk, *args: str) -> Any:
    return desk.office.app.test_cli_runner().invoke(args=["minutes", *args])


def register(desk: Desk, year: int) -> list[tuple[int, str]]:
    with desk.office.transaction() as session:
        return [(row.number, row.status) for row in numbers.register(session, "BB-ĐKT", year)]


def test_printed_written_and_keyed_in(desk: Desk, tmp_path: Path) -> None:
    made = run(
        desk, "blank", desk.inspection, "--numbers", "3", "--purpose", "Đoàn xăng dầu", "--out", str(tmp_path), "--json"
    )
    assert made.exit_code == 0, made.output
    found = json.loads(made.output)
    assert found["numbers"] == ["01/BB-ĐKT", "02/BB-ĐKT", "03/BB-ĐKT"]
    with pdfplumber.open(found["files"][1]) as pdf:
        text = " ".join((page.extract_text() or "") for page in pdf.pages)
    assert "Số: 02/BB-ĐKT" in text
    assert "FU02" in text
    assert "Quét mã" not in text  # nothing is signed yet
    year = datetime.now(VIETNAM).year
    assert register(desk, year) == [(1, "reserved"), (2, "reserved"), (3, "reserved")]
    again = run(desk, "blank", desk.inspection, "--again", "2", "--out", str(tmp_path / "lại"), "--json")
    assert json.loads(again.output)["numbers"] == ["02/BB-ĐKT"]
    assert len(register(desk, year)) == 3
    photographs_the_pages(desk)
    keyed = run(desk, "key-in", desk.inspection, "--number", "2", "--written-at", datetime.now(VIETNAM).replace(microsecond=0).isoformat(), "--by",
                desk.leader.id)  # fmt: skip
    assert keyed.exit_code == 0, keyed.output
    refused = run(desk, "blank", desk.inspection, "--again", "2", "--out", str(tmp_path))
    assert refused.exit_code == 1
    assert "không phải số đang dành" in refused.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--numbers", "0"], "từ 1 đến"),
        (["--numbers", "201"], "từ 1 đến"),
        (["--purpose", " "], "dành số cho đoàn nào"),
    ],
)
def test_odd_wishes_are_refused_and_no_number_is_set_aside(
    desk: Desk, tmp_path: Path, args: list[str], said: str
) -> None:
    refused = run(desk, "blank", desk.inspection, *args, "--out", str(tmp_path))
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert register(desk, datetime.now(VIETNAM).year) == []
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_folder_that_cannot_be_written_names_the_numbers_set_aside(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    refused = run(desk, "blank", desk.inspection, "--out", str(tmp_path / "file" / "in"))
    assert refused.exit_code == 1
    assert "01/BB-ĐKT đã dành: in lại với --again" in refused.stderr
