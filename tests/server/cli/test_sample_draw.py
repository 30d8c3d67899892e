"""`flask samples draw` as the leader types it before leaving, and as an auditor repeats it a year later."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

pytestmark = pytest.mark.sqlite_only("no table is asked")


def typed(app: Flask, *words: str, input: str | bytes | None = None) -> Result:
    return app.test_cli_runner().invoke(args=["samples", "draw", *words], input=input)


def test_a_draw_is_repeated_from_what_it_printed(app: Flask, tmp_path: Path) -> None:
    register = tmp_path / "công tơ Lục Nam.txt"
    register.write_text("".join(f"EMIC-{number:06}\r\n" for number in range(1, 301)), "utf-8-sig")
    first = json.loads(typed(app, "--population", str(register), "--size", "20", "--json").stdout)
    assert (first["population"], first["size"], len(set(first["units"]))) == (300, 20, 20)
    assert all(unit.startswith("EMIC-") for unit in first["units"])
    words = shlex.split(first["repeat"])
    assert words[:3] == ["flask", "samples", "draw"]
    assert json.loads(typed(app, *words[3:], "--json").stdout) == first
    other = json.loads(typed(app, "--population", str(register), "--size", "20", "--json").stdout)
    assert other["seed"] != first["seed"]


def test_a_person_reads_the_seed_the_sample_and_how_to_repeat_it(app: Flask) -> None:
    said = typed(app, "--population", "60", "--size", "2", "--seed", "0a1b2c3d4e5f6071").stdout
    for words in (
        "Lô: 60 đơn vị",
        "Số gốc (seed): 0a1b2c3d4e5f6071",
        "   1. ",
        "   2. ",
        "Bốc lại: flask samples draw",
    ):
        assert words in said
    assert "   3. " not in said


@pytest.mark.parametrize(
    ("words", "input", "message"),
    [
        (["--population", "5", "--size", "6"], None, "Lô chỉ có 5 đơn vị, ít hơn cỡ mẫu 6."),
        (["--population", "0", "--size", "1"], None, "Số đơn vị của lô phải từ 1"),
        (["--population", "9" * 5000, "--size", "1"], None, "không đọc được như một tệp"),
        (["--population", "không-có.txt", "--size", "1"], None, "không đọc được như một tệp"),
        (["--population", "/", "--size", "1"], None, "không đọc được như một tệp"),
        (["--population", "-", "--size", "1"], "A1\n\nB2\n", "Dòng 2: để trống."),
        (["--population", "-", "--size", "1"], "A1\nB2\nA1\n", "Dòng 3: “A1” đã có ở dòng 1"),
        (["--population", "-", "--size", "1"], b"\xff\xfe1\x00", "không phải chữ mã hóa UTF-8."),
        (["--population", "5", "--size", "1", "--seed", " "], None, "Số gốc (seed): để trống."),
    ],
)
def test_bad_lists_are_refused_in_one_sentence(
    app: Flask, words: list[str], input: str | bytes | None, message: str
) -> None:
    result = typed(app, *words, input=input)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert isinstance(result.exception, SystemExit)
    assert message in result.stderr
