"""The whole day in the field, as `make demo` plays it: real gunicorn, real HTTP, cut links, minutes, approval."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from server.db.users import User
from server.services import report_scope, report_totals
from server.services.report_totals import SEPARATOR
from tests.server.services import journal_count

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(300)  # the whole day and the year before it, in processes of their own


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the day left behind; every step inside it was checked by the day itself."""
    folder = tmp_path_factory.mktemp("day") / "server"
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "day", "--folder", str(folder), "--json"]
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "SECRET_KEY"}}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
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


def test_the_office_is_filled_and_its_report_equals_the_journal(day: dict[str, list[str]]) -> None:
    database, today = Path(day["pdfs"][0]).parent / "demo.sqlite3", datetime.now(UTC).date()
    engine = create_engine(f"sqlite:///{database}")
    with Session(engine) as session:
        user = session.scalars(select(User).where(User.role == "supervisor")).first()
        assert user is not None
        found = report_totals.summary(session, report_scope.read("2021"), user, today).totals.sums
        said = {SEPARATOR.join(key): count for key, count in found.items()}
        assert said == journal_count.counted(session, today, first="2021-01-01", last="2021-12-31")
    engine.dispose()
    waiting = ("planned", "in_progress", "issued", "returned", "approved", "not_carried_out")
    assert min(said.get(f"status:{status}", 0) for status in waiting) > 0
    assert len({key.split(":")[1] for key in said if key.startswith("month:")}) >= 6
    for figure in (
        "suspensions_standing",
        "suspensions_ended",
        "requirement:done",
        "requirements_overdue",
        "sample:awaited",
        "cases_decided",
    ):
        assert said[figure] > 0, figure
