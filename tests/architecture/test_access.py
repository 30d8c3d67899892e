"""Every route against the table of access: each role, nobody, a tablet, a revoked one, an upload token."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from server.db.users import Role
from server.web.access import ADMINS, ANYONE, OFFICE, PEOPLE, SUPERVISORS, TABLET, WHO, Who, may
from server.web.guards import guard_of
from tests.builders import Office
from tests.server.pages.scene import Desk

REFUSED = ("Tài khoản của bạn không có quyền mở trang này.", "chỉ dùng để gửi dữ liệu", "đã bị thu hồi quyền")
WRONG_PASSWORD = "Tên đăng nhập hoặc mật khẩu không đúng."
SOME_ID = "00000000-0000-4000-8000-000000000000"
GUARDS: dict[str, tuple[Who, ...]] = {
    "public": (ANYONE,), "device": (TABLET,), "queue": (WHO["sync.deliver"],), "device_or_signed_in": (TABLET | PEOPLE,),
    "signed_in": (PEOPLE, OFFICE, SUPERVISORS, ADMINS),
}  # fmt: skip


@dataclass(frozen=True)
class Caller:
    """Somebody with what they show: a cookie, a token, nothing."""

    name: str
    headers: dict[str, str]

    def is_let_in(self, client: FlaskClient, method: str, path: str) -> bool:
        """Whether the guard lets them through; what the view then says is another matter."""
        with client.open(path, method=method, headers=self.headers) as answer:  # some answers are files
            text = answer.get_data().decode(errors="replace")
        if answer.status_code == 401:
            return WRONG_PASSWORD in text
        if answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in"):
            return "Set-Cookie" in answer.headers  # signed out; whoever is sent away gets no new cookie
        return answer.status_code != 403 or not any(said in text for said in REFUSED)


@pytest.fixture
def callers(app: Flask, office: Office) -> list[Caller]:
    """Nobody, one person of each role, and the tokens of tablets."""
    found = [Caller("anyone", {})]
    for role in Role:
        client = app.test_client()
        Desk(client).signs_in(office.hires(role.value))
        cookie = client.get_cookie("session")
        assert cookie is not None
        found.append(Caller(role.value, {"Cookie": f"session={cookie.value}"}))
    kit, lost = office.enrols(office.hires()), office.enrols(office.hires(), "Máy tính bảng 2")
    office.revokes(lost)
    for name, token in (("tablet", kit.token), ("upload_token", kit.upload_token), ("revoked_tablet", lost.token)):
        found.append(Caller(name, {"Authorization": f"Bearer {token}"}))
    return found


@pytest.mark.sqlite_only("about what lies above the database")
def test_each_route_lets_in_whom_the_table_names_and_nobody_else(app: Flask, callers: list[Caller]) -> None:
    app.config["WTF_CSRF_ENABLED"] = False  # the guards are asked, not the forms' tokens: test_guards asks for those
    client = app.test_client(use_cookies=False)
    wrong = [
        f"{method} {path} ({rule.endpoint}): {caller.name} {'is let in' if lets_in else 'is refused'}"
        for rule in app.url_map.iter_rules()
        for method, path in _ways(app, rule)
        for caller in callers
        if (lets_in := caller.is_let_in(client, method, path)) != bool(WHO[rule.endpoint] & {caller.name, "anyone"})
    ]
    assert wrong == []


def test_every_route_stands_in_the_table_and_nothing_else(app: Flask) -> None:
    routes = set(app.view_functions)
    assert {"missing": routes - WHO.keys(), "gone": WHO.keys() - routes} == {"missing": set(), "gone": set()}


def test_each_guard_fits_what_the_table_says(app: Flask) -> None:
    odd = {
        endpoint: (guard, sorted(WHO[endpoint]))
        for endpoint, view in app.view_functions.items()
        if (guard := guard_of(view)) is not None and WHO[endpoint] not in GUARDS[guard]
    }
    assert odd == {}


def test_a_menu_may_ask_for_one_role() -> None:
    assert may("clerk", "numbers.register")
    assert not may("clerk", "people.listed")
    assert may("inspector", "sign_in.form")


def _ways(app: Flask, rule: Rule) -> list[tuple[str, str]]:
    """Return (method, path) of each way to call a rule; ids that nothing has."""
    values: dict[str, str | int] = {
        name: 1 if name == "version" else SOME_ID for name in rule.arguments if name not in (rule.defaults or {})
    }
    methods = set(rule.methods or ())
    asked = methods - {"HEAD", "OPTIONS"} or methods & {"HEAD"} or {"OPTIONS"}
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return [(m, adapter.build(rule.endpoint, values, method=m)) for m in sorted(asked)]
