"""Checklists in words: nothing of the data is lost on the way to the reader, and a day leaves out what does not hold."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from checklists import catalog
from checklists.conditions import references
from checklists.limits import load_rules
from checklists.model import Checklist
from server.errors import Problem
from server.services import checklist_markdown, checklist_reference, limit_words

RULES = load_rules()
CODES = sorted({checklist.code for checklist in catalog.load().all()})
DOCS = Path(__file__).parents[3] / "docs" / "checklists"


@cache
def files() -> dict[str, str]:
    return checklist_markdown.files(RULES)


def latest(code: str) -> Checklist:
    return catalog.load().latest(code)


@pytest.mark.parametrize("code", CODES)
def test_every_item_field_choice_and_note_is_said(code: str) -> None:
    told = files()[f"{code}.md"].replace("\\", "")
    for section in latest(code).sections:
        assert section.title.vi in told
        for item in section.items:
            assert f"### {item.key}. {item.text.vi}" in told
            assert item.text.en in told
            assert item.note is None or item.note in told
            assert all(entry in told for entry in item.legal_basis)
            for field in (*item.fields, *item.columns):
                assert field.title.vi in told
                assert field.unit is None or f"({field.unit})" in told
                if field.type != "answer":
                    assert all(title.vi in told for _, title in field.choices)


@pytest.mark.parametrize("code", CODES)
def test_every_condition_becomes_a_sentence_that_names_its_items(code: str) -> None:
    page = checklist_reference.one(code, RULES)
    lines = {item.key: item for section in page.sections for item in section.items}
    for section in latest(code).sections:
        for item in section.items:
            said = lines[item.key].condition
            assert bool(said) == (item.when is not None)
            for reference in references(item.when):
                key = reference.partition(".")[0].removeprefix("item:")
                assert key == "subject" or key in said
            assert "{" not in said
            assert "None" not in said


def test_conditions_read_as_an_official_would_write_them() -> None:
    page = checklist_reference.one("weighing-instrument", RULES)
    said = {item.key: item.condition for section in page.sections for item in section.items}
    assert said["W19"] == (
        "(loại phương tiện là “Cân ô tô” và cân đặt chìm là “có”) hoặc NA02 (“Loại cân”) là “Ô tô chìm”"
    )
    page = checklist_reference.one("orphan-source", RULES)
    said = {item.key: item.condition for section in page.sections for item in section.items}
    assert said["O11"] == "kết luận của O09 là “không đạt” và O08 (“Giá trị lớn nhất”) không lớn hơn 100 µSv/h"


def test_a_day_leaves_out_the_limits_and_the_law_that_do_not_hold() -> None:
    then, now = (checklist_reference.one("diagnostic-xray", RULES, date(year, 7, 15)) for year in (2021, 2026))
    assert {line.id: line.confirmed for line in then.limits} == {
        "dose-rate-control-2014": True, "dose-rate-public-2014": True, "dose-rate-residential-2014": False,
    }  # fmt: skip
    assert {line.id: line.confirmed for line in now.limits} == {
        "dose-rate-control-2026": False, "dose-rate-public-2026": False, "dose-rate-residential-2026": False,
    }  # fmt: skip
    for page, there, gone in ((then, "18/2008/QH12", "94/2025/QH15"), (now, "94/2025/QH15", "18/2008/QH12")):
        told = " ".join([*page.basis, *(document.name for document in page.documents)])
        assert there in told
        assert gone not in told
    (whole,) = [page for page in checklist_reference.every(RULES) if page.code == "diagnostic-xray"]
    assert len(whole.limits) == 6


def test_limits_are_written_with_their_sides_floors_and_steps() -> None:
    said = {limit.id: limit_words.value(limit) for limit in RULES.limits}
    assert said["dose-rate-public-2014"] == "0,5 µSv/h"
    assert said["gi-lychee-brix"] == "chưa có giá trị"
    assert said["gold-fineness"] == "theo hàm lượng công bố: từ 0 %: 0,3 %; từ 80 %: 0,2 %; từ 99,9 %: 0,1 %"
    assert "tại 50 g: 17 mg; " in said["gold-mass-2014"]
    assert said["gold-mass-2014"].endswith("giữa hai mức tính theo đường thẳng; trên mức cuối 0,0175 %")
    assert said["nawi-inspection-class-iii"].endswith("đến 500 e: 1 e; đến 2000 e: 2 e; đến 10000 e: 3 e")
    floors = [limit for limit in RULES.limits if limit.floor is not None and limit.value is not None]
    assert floors
    assert all(", ít nhất " in said[limit.id] for limit in floors)


def test_the_level_at_which_all_step_back_stands_with_the_sweep() -> None:
    page = checklist_reference.one("orphan-source", RULES)
    assert [(line.id, line.value, line.items) for line in page.limits] == [
        ("source-sweep-investigation", "chưa có giá trị", "O07"),
        ("cordon-dose-rate", "100 µSv/h", "O07"),
    ]


def test_an_unknown_checklist_is_not_found() -> None:
    with pytest.raises(Problem, match="Không có danh mục"):
        checklist_reference.one("moon", RULES)


def test_signs_of_markdown_in_a_text_are_shown_as_they_are() -> None:
    page = files()["weighing-instrument.md"]
    assert "m\\_đc" in page
    assert "n \\> 4" in page


def test_the_files_in_the_tree_are_those_of_the_data() -> None:
    stale = checklist_markdown.stale(DOCS, files())
    assert stale == [], "run `flask checklists docs`"


def test_writing_touches_what_is_stale_and_leaves_what_is_not_ours(tmp_path: Path) -> None:
    made = files()
    assert checklist_markdown.write(tmp_path, made) == list(made)
    assert checklist_markdown.write(tmp_path, made) == []
    (tmp_path / "general.md").write_text("khác", "utf-8")
    (tmp_path / "moon.md").write_text(checklist_markdown.MADE + "\n", "utf-8")
    (tmp_path / "notes.md").write_text("của người khác", "utf-8")
    assert checklist_markdown.write(tmp_path, made) == ["general.md", "moon.md"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*made, "notes.md"])
