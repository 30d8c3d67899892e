"""`flask tablets`: a code in the terminal, the list, revocation."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from tests.builders import Office
from tests.server.api.test_enrolments import body_of


def test_enrol_prints_one_document_that_enrols(app: Flask, client: FlaskClient, office: Office) -> None:
    person = office.hires("team_leader")
    done = app.test_cli_runner().invoke(args=["tablets", "enrol", "--user", person.username, "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert set(told) == {"code", "url", "expires_at"}
    assert told["url"] == f"https://kiemtra.bacninh.gov.vn/app/#enrol={told['code']}"
    left = datetime.fromisoformat(told["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert client.post("/api/v1/enrolments", json=body_of(told["code"])).status_code == 201


def test_enrol_draws_a_symbol_for_people(app: Flask, office: Office) -> None:
    done = app.test_cli_runner().invoke(args=["tablets", "enrol", "--user", office.hires().username])
    assert done.exit_code == 0
    found = zxingcpp.read_barcode(_picture(done.stdout))
    assert found is not None
    assert found.text == next(line for line in done.stdout.splitlines() if line.startswith("https://"))
    assert "Mã ghi danh cho Nguyễn Văn Kiểm:" in done.stdout


def _picture(text: str) -> Image.Image:
    """What a dark terminal shows of half blocks: lit modules are light."""
    rows = [line for line in text.splitlines() if set(line) & set("▀▄█")]
    image = Image.new("L", (max(map(len, rows)), 2 * len(rows)))
    for y, row in enumerate(rows):
        for x, block in enumerate(row):
            image.putpixel((x, 2 * y), 255 * (block in "▀█"))
            image.putpixel((x, 2 * y + 1), 255 * (block in "▄█"))
    return image.resize((image.width * 6, image.height * 6), Image.Resampling.NEAREST)


def test_errors_go_to_standard_error(app: Flask, office: Office) -> None:
    done = app.test_cli_runner().invoke(args=["tablets", "enrol", "--user", "khong-co"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Không có tài khoản" in done.stderr
    assert app.test_cli_runner().invoke(args=["tablets", "enrol"]).exit_code == 2
    assert app.test_cli_runner().invoke(args=["tablets", "revoke", "x", "--reason", "mất"]).exit_code == 1


def test_a_tablet_is_listed_and_revoked(app: Flask, office: Office) -> None:
    runner = app.test_cli_runner()
    assert "Chưa có máy" in runner.invoke(args=["tablets", "list"]).stdout
    kit = office.enrols(office.hires("inspector", "Lê Mất Máy"))
    (row,) = json.loads(runner.invoke(args=["tablets", "list", "--json"]).stdout)
    assert (row["id"], row["holder"], row["state"]) == (kit.device_id, "Lê Mất Máy", "active")
    assert runner.invoke(args=["tablets", "revoke", kit.device_id, "--reason", "  "]).exit_code == 1
    assert runner.invoke(args=["tablets", "revoke", kit.device_id, "--reason", "mất"]).stdout == "Đã thu hồi.\n"
    assert "từ trước" in runner.invoke(args=["tablets", "revoke", kit.device_id, "--reason", "mất"]).stdout
    assert "đã thu hồi" in runner.invoke(args=["tablets", "list"]).stdout
