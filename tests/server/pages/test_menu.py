"""The menu: each role sees what it may open, the page that is open is marked, and everything there answers."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.db.users import Role
from server.pages import menu
from server.pages.menu import Entry, Group
from server.web.access import WHO
from tests.builders import Office
from tests.server.pages.scene import Desk

pytestmark = pytest.mark.sqlite_only("about what lies above the database")


def labels(items: list[Entry | Group]) -> list[str]:
    """What is read in the bar, groups with what they hold."""
    return [
        item.label if isinstance(item, Entry) else f"{item.label}: {', '.join(e.label for e in item.entries)}"
        for item in items
    ]


def test_an_inspector_sees_the_work_and_nothing_of_the_office() -> None:
    seen = labels(menu.shown("inspector"))
    assert {"Cuộc kiểm tra", "Hậu kiểm", "Chương trình", "Báo cáo", "Mẫu"} <= set(seen)
    assert "Ghi khác nhau" in seen, "a group of one page is that page"
    assert not any("Tài khoản" in label or "Sổ số" in label or "Vi phạm" in label for label in seen)


def test_a_clerk_sees_the_registers_without_what_supervisors_do() -> None:
    seen = " ".join(labels(menu.shown("clerk")))
    assert "Sổ số" in seen
    assert "Máy tính bảng" not in seen
    assert "Tài khoản" not in seen


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_everything_in_the_menu_opens_and_is_marked(app: Flask, office: Office, client: FlaskClient, role: str) -> None:
    desk = Desk(client).signs_in(office.hires(role))
    for item in menu.shown(role):
        for entry in (item,) if isinstance(item, Entry) else item.entries:
            with app.test_request_context():
                path = app.url_map.bind("localhost").build(entry.endpoint)
            page = desk.opens(path)
            assert re.findall(r'<a href="([^"]+)" aria-current="page">', page.split("</nav>")[0]) == [path]


def test_pages_that_belong_to_one_of_the_menu_mark_it(app: Flask, office: Office, client: FlaskClient) -> None:
    desk = Desk(client).signs_in(office.hires("supervisor"))
    for path, marked in (("/printing/blanks", "/printing"), ("/mergers", "/establishments")):
        page = desk.opens(path)
        assert re.findall(r'<a href="([^"]+)" aria-current="page">', page.split("</nav>")[0]) == [marked]
    entries = [e for item in menu.MENU for e in ((item,) if isinstance(item, Entry) else item.entries)]
    assert {family for entry in entries for family in entry.also} <= set(app.blueprints)


def test_every_row_names_a_page_of_the_table() -> None:
    rows = [e for item in menu.MENU for e in ((item,) if isinstance(item, Entry) else item.entries)]
    assert {row.endpoint for row in rows} <= WHO.keys()
    families = [family for row in rows for family in row.families]
    assert len(families) == len(set(families))


def test_what_others_wrote_is_kept_by_browsers_and_our_own_is_not(client: FlaskClient) -> None:
    names = re.findall(r'src="(/static/[^"]+)"', client.get("/sign-in").get_data(as_text=True))
    assert [name.rsplit("/", 1)[-1].partition("-")[0] for name in names] == ["htmx", "office.js"]
    kept = []
    for name in names:
        with client.get(name) as answer:
            kept.append(answer.headers["Cache-Control"])
    assert kept == ["public, max-age=31536000, immutable", "no-cache"]
