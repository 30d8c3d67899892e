"""English: no text that asks for it lacks it, it stays through the sign-in, and what is not translated says so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask, session
from flask.testing import FlaskClient
from flask_babel import gettext

from server.pages.language import translated
from tests.builders import Office
from tests.office_fill import CAMPAIGN, DRAFT
from tests.office_lists import LISTS
from tests.office_marks import FIRST_BATCH
from tests.server.pages.scene import Desk, scene_of
from tests.server.pages.template_texts import TEMPLATES, untranslated

pytestmark = pytest.mark.sqlite_only("about what lies above the database")
ROOT = Path(__file__).resolve().parents[3]
SPEAKING = sorted(
    path.name for path in TEMPLATES.glob("*.html") if "{% block words %}{{ language() }}" in path.read_text("utf-8")
)
"""Templates that are in the language chosen; the others say that they are in Vietnamese."""


def test_nothing_that_asks_for_english_lacks_it() -> None:
    done = subprocess.run(
        [sys.executable, "tools/words.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_the_english_has_the_same_places_and_breaks_no_attribute() -> None:
    with (ROOT / "server/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        said = {str(m.id): str(m.string) for m in read_po(file, locale="en") if m.id}
    place = re.compile(r"%\(\w+\)s|%%|</?\w+>")
    odd = {
        vi: en
        for vi, en in said.items()
        if sorted(place.findall(vi)) != sorted(place.findall(en)) or ('"' in en and '"' not in vi)
    }
    assert odd == {}


@pytest.mark.parametrize("name", SPEAKING)
def test_a_page_in_the_language_chosen_says_nothing_past_it(name: str) -> None:
    assert untranslated((TEMPLATES / name).read_text("utf-8")) == []


def test_fixed_texts_are_found_wherever_they_stand() -> None:
    page = """<p title="Xem">Số {{ n }}{{ _("Hủy") }} <b>{% if n %}PDF{% endif %}</b>{{ "Đã in" if n == "done" }}</p>"""
    assert untranslated(page) == ["Đã in", "Xem", "Số"]


def test_what_services_say_of_rows_is_translated_with_its_number(office: Office, client: FlaskClient) -> None:
    scene_of(office, client)
    desk = Desk(office.app.test_client()).signs_in(office.hires("supervisor"))
    assert "1 ảnh chưa gửi về" in desk.opens("/review")
    desk.sends(desk.opens("/"), "/language", language="en")
    page = desk.opens("/review")
    assert ("1 photos not sent in yet" in page, "ảnh chưa gửi về" in page) == (True, False)


def test_every_list_opens_in_english(office: Office, client: FlaskClient) -> None:
    scene = scene_of(office, client)
    desk = Desk(office.app.test_client()).signs_in(scene.office.hires("admin"))
    desk.sends(desk.opens("/"), "/language", language="en")
    for path in [scene.path, *LISTS.values()]:
        if not any(id in path for id in (CAMPAIGN, DRAFT, FIRST_BATCH, "BG-2024")):
            page = desk.opens(path)
            assert '<html lang="en">' in page, path
            assert "%(" not in page, path


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
    assert '<main id="content" tabindex="-1" lang="en">' in page
    assert 'lang="vi">' in desk.opens("/khong-co", 404), "a page that is not translated says so"
    desk.sends(page, "/sign-out")
    page = desk.opens("/sign-in")
    assert ("You have signed out." in page, "<h1>Sign in</h1>" in page) == (True, True)
    desk.sends(page, "/language", language="vi")
    assert "<h1>Đăng nhập</h1>" in desk.opens("/sign-in")


@pytest.mark.parametrize("wanted", ["", "fr", "../../etc", "en\0", "x" * 500])
def test_another_language_changes_nothing(client: FlaskClient, wanted: str) -> None:
    desk = Desk(client)
    answer = desk.sends(desk.opens("/sign-in"), "/language", language=wanted, next="https://evil.example/")
    assert answer.status_code in {303, 400}
    assert answer.headers.get("Location", "/") == "/"
    assert '<html lang="vi">' in desk.opens("/sign-in")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_text_is_said_as_the_library_says_it_but_found_in_one_catalogue(app: Flask, language: str) -> None:
    texts = ("Hủy", "%(count)s cơ sở", "100%% có <b>dấu</b>", "chưa ai dịch câu này")
    with app.test_request_context():
        session["language"] = language
        for text in texts:
            given = {"count": "<3>"} if "%(" in text else {}
            own, known = (app.jinja_env.from_string("{{ " + name + "(text, **given) }}") for name in ("_", "gettext"))
            assert own.render(text=text, given=given) == known.render(text=text, given=given)
        assert translated("Hủy") == gettext("Hủy") == {"vi": "Hủy", "en": "Voided"}[language]
