"""English: no text that asks for it lacks it, it stays through the sign-in, and what is not translated says so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.builders import Office
from tests.server.pages.scene import Desk

pytestmark = pytest.mark.sqlite_only("about what lies above the database")
ROOT = Path(__file__).resolve().parents[3]


def test_nothing_that_asks_for_english_lacks_it() -> None:
    done = subprocess.run(
        [sys.executable, "tools/words.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_a_person_chooses_english_and_keeps_it_through_the_sign_in(client: FlaskClient, office: Office) -> None:
    desk, person = Desk(client), office.hires("supervisor", "Nguyễn Thanh Bình")
    page = desk.opens("/sign-in?next=/samples")
    assert '<html lang="vi">' in page
    answer = desk.sends(page, "/language", language="en")
    assert answer.headers["Location"] == "/sign-in?next=/samples"
    page = desk.opens(answer.headers["Location"])
    assert '<html lang="en">' in page
    assert "<h1>Sign in</h1>" in page
    wrong = desk.sends(page, "/sign-in", username="x", password="y").get_data(as_text=True)
    assert "The user name or the password is wrong." in wrong
    landed = desk.sends(page, "/sign-in", username=person.username, password=person.password).headers["Location"]
    page = desk.opens(landed)
    assert re.search(r'aria-current="page">Samples</a>', page)
    assert "Supervisor" in page
    assert '<main id="content" tabindex="-1" lang="vi">' in page, "a page that is not translated says so"
    desk.sends(page, "/language", language="vi")
    assert "Đăng xuất" in desk.opens("/")


@pytest.mark.parametrize("wanted", ["", "fr", "../../etc", "en\0", "x" * 500])
def test_another_language_changes_nothing(client: FlaskClient, wanted: str) -> None:
    desk = Desk(client)
    answer = desk.sends(desk.opens("/sign-in"), "/language", language=wanted, next="https://evil.example/")
    assert answer.status_code in {303, 400}
    assert answer.headers.get("Location", "/") == "/"
    assert '<html lang="vi">' in desk.opens("/sign-in")
