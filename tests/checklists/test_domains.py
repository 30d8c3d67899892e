"""The work programme walked: every core activity has published checklists, every other one says why it has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from checklists import catalog, domains
from checklists.lint import lint

PROGRAMME = Path(__file__).parents[2] / "server" / "demo" / "data" / "programme-2021.yaml"
FILE = """\
- domain: scales
  title: Cân
  checklists: [general]
- domain: projects
  title: Dự án
  checklists: []
  reason: "Không có danh mục"
"""


def activities() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(PROGRAMME.read_text("utf-8"))["activities"]
    return found


@pytest.mark.parametrize("activity", activities(), ids=lambda a: f"{a['id']}-{a['domain']}")
def test_the_programme_resolves(activity: dict[str, Any]) -> None:
    published = {checklist.code for checklist in catalog.load().all()}
    domain = domains.of(activity["domain"])
    if activity["scope"] == "core":
        assert domain.checklists
        assert set(domain.checklists) <= published - {"general"}
        assert domain.reason is None
    else:
        assert domain.checklists == ()
        assert domain.reason is not None
        assert len(domain.reason.split()) > 8, "a reason, not a word"


def test_every_published_checklist_is_used_by_a_domain() -> None:
    used = {code for domain in domains.load().values() for code in domain.checklists}
    assert {checklist.code for checklist in catalog.load().all()} == used | {"general"}


def test_a_domain_that_nobody_knows_says_so() -> None:
    domain = domains.of("moon")
    assert domain.checklists == ()
    assert domain.reason is not None
    assert "chưa được gắn" in domain.reason


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ("[general]", "[generl]", 3, "checklists “generl” không có"),
        ("domain: projects", "domain: scales", 4, "“scales” viết hai lần"),
        ('  reason: "Không có danh mục"\n', "", 4, "reason nói vì sao"),
        ("  checklists: [general]", '  checklists: [general]\n  reason: "x"', 1, "reason nói vì sao"),
        ("  checklists: []\n", "", 4, "thiếu “checklists”"),
        ("  title: Cân\n", "", 1, "thiếu “title”"),
        ("domain: scales", "domian: scales", 1, "khóa lạ “domian”"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, complaint: str) -> None:
    (tmp_path / "general").mkdir()
    shipped = (catalog.DATA / "general" / "v1.yaml").read_text("utf-8")
    (tmp_path / "general" / "v1.yaml").write_text(shipped, "utf-8")
    (tmp_path / domains.DOMAINS).write_text(FILE, "utf-8")
    assert lint(tmp_path) == []
    assert FILE.count(old) == 1
    (tmp_path / domains.DOMAINS).write_text(FILE.replace(old, new), "utf-8")
    assert [(p.file, p.line) for p in lint(tmp_path) if complaint in p.message] == [(domains.DOMAINS, line)]


def test_a_file_of_another_shape_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / domains.DOMAINS).write_text("- domain: x\n", "utf-8")
    with pytest.raises(catalog.CatalogError, match=r"domains\.yaml"):
        domains.load(tmp_path)
