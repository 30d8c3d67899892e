"""`flask checklists docs` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import Result
from flask import Flask


def types(app: Flask, *words: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=["checklists", "docs", *map(str, words)])


def test_docs_are_written_checked_and_told_stale(app: Flask, tmp_path: Path) -> None:
    missing = types(app, tmp_path / "docs", "--check")
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "general.md: đã cũ" in missing.stderr
    assert not (tmp_path / "docs").exists()
    made = types(app, tmp_path / "docs", "--json")
    assert made.exit_code == 0
    assert json.loads(made.stdout)["changed"] == json.loads(made.stdout)["files"]
    assert "không tệp nào cũ" in types(app, tmp_path / "docs", "--check").stdout
    (tmp_path / "docs" / "general.md").write_text("khác", "utf-8")
    assert "general.md: đã cũ" in types(app, tmp_path / "docs", "--check").stderr


def test_docs_of_a_day_hold_the_rows_of_that_day(app: Flask, tmp_path: Path) -> None:
    assert types(app, tmp_path / "docs", "--on", "2021-07-15").exit_code == 0
    told = (tmp_path / "docs" / "diagnostic-xray.md").read_text("utf-8")
    assert "Các dòng có hiệu lực ngày 15/07/2021." in told
    assert "94/2025/QH15" not in told
    assert types(app, tmp_path / "docs", "--on", "15/07/2021").exit_code == 2
