"""`flask standards` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

Type = Callable[..., Result]
METER = (
    "--name",
    "Máy đo suất liều Atomtex AT1123",
    "--kind",
    "dose_rate",
    "--serial",
    "07",
    "--range",
    "0,05 µSv/h đến 10 Sv/h",
)
PAPER = (
    "--number",
    "0440/2020",
    "--body",
    "Viện Đo lường",
    "--issued",
    "2020-11-11",
    "--factor",
    "Cs-137, 662 keV=1,05",
)


@pytest.fixture
def flask(app: Flask) -> Type:
    """Type a command."""

    def type_in(*words: str) -> Result:
        with app.app_context():
            return app.test_cli_runner().invoke(args=["standards", *words])

    return type_in


def spoken(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_meter_from_its_first_certificate_to_its_last_day(flask: Type) -> None:
    added = spoken(flask("add", *METER, *PAPER, "--json"))
    assert (added["valid_until"], added["state"]) == ("2021-11-11", "in_use"), "twelve months, as the law has it"
    assert added["certificates"][0]["factors"] == {"Cs-137, 662 keV": "1.05"}
    on_time = spoken(flask("due", "--on", "2021-07-01", "--json"))
    assert on_time == [], "covers the season: nothing is due within sixty days of 1 July"
    assert [row["status"] for row in spoken(flask("due", "--on", "2021-07-01", "--within", "140", "--json"))] == ["due"]
    line = flask("list", "--on", "2021-12-01").stdout
    assert "hạn 11/11/2021  Quá hạn  Máy đo suất liều Atomtex AT1123 số 07" in line
    renewed = flask(
        "certify", added["id"], "--number", "0512/2021", "--body", "Viện Đo lường", "--issued", "2021-11-12"
    )
    assert "hạn 12/11/2022; tính lại 0 kết quả đang mở." in renewed.stdout
    assert [row["status"] for row in spoken(flask("list", "--on", "2021-12-01", "--json"))] == ["valid"]
    struck = flask("withdraw", added["id"], "--number", "0512/2021", "--reason", "Ghi nhầm máy")
    assert struck.exit_code == 0, struck.output
    assert [row["status"] for row in spoken(flask("list", "--on", "2021-12-01", "--json"))] == ["expired"]
    assert "(thôi dùng)" in flask("retire", added["id"], "--reason", "Thanh lý").stdout
    assert spoken(flask("due", "--on", "2021-12-01", "--json")) == []
    assert spoken(flask("list", "--status", "idle", "--json"))[0]["id"] == added["id"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", *METER, *PAPER, "--until", "2022-11-11"), 1, "Hạn không được quá 11/11/2021"),
        (("add", *METER, *PAPER, "--factor", "x"), 1, "Hệ số hiệu chuẩn"),
        (("add", "--name", "x", "--kind", "scale", "--serial", "1", *PAPER), 2, "--kind"),
        (("certify", "nobody", *PAPER), 1, "Không có chuẩn đo lường này."),
        (("retire", "nobody", "--reason", "x"), 1, "Không có chuẩn đo lường này."),
        (("due", "--on", "hôm nay"), 2, "YYYY-MM-DD"),
        (("due", "--within", "-1"), 2, "--within"),
    ],
)
def test_errors_go_to_standard_error(flask: Type, words: tuple[str, ...], code: int, said: str) -> None:
    found = flask(*words)
    assert (found.exit_code, found.stdout) == (code, "")
    assert said in found.stderr
