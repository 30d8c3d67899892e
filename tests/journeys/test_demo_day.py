"""The whole day in the field, as `make demo` plays it: real gunicorn, real HTTP, cut links, minutes, approval."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the day left behind; every step inside it was checked by the day itself."""
    folder = tmp_path_factory.mktemp("day") / "server"
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "day", "--folder", str(folder), "--json"]
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "SECRET_KEY"}}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    value: dict[str, list[str]] = json.loads(done.stdout[done.stdout.index("{") :])
    return value


def test_three_minutes_were_printed_and_their_codes_scan(day: dict[str, list[str]]) -> None:
    assert len(day["pdfs"]) == 3
    for path, url in zip(day["pdfs"], day["verify_urls"], strict=True):
        pdf = pypdfium2.PdfDocument(path)
        image = pdf[len(pdf) - 1].render(scale=200 / 72).to_pil()
        (code,) = [b.text for b in zxingcpp.read_barcodes(image)]
        assert code.rsplit("/", 1)[-1] == url.rsplit("/", 1)[-1]
        pdf.close()


def test_the_journal_of_the_day_is_whole(day: dict[str, list[str]]) -> None:
    database = Path(day["pdfs"][0]).parent / "demo.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "journal", "verify", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
