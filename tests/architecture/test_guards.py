"""Every route has a guard, "nobody in particular" included, and every form a token; who may call what: test_access."""

from __future__ import annotations

from flask import Flask

from server.web.guards import guard_of

# Served by libraries from files and from the code itself: nothing of anyone's is in them.
PUBLIC_BY_NATURE = {"static", "api-docs.openapi_json"}
KNOWN = {"public", "device", "queue", "signed_in", "device_or_signed_in"}


def test_every_route_has_a_guard(app: Flask) -> None:
    bare = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint not in PUBLIC_BY_NATURE and guard_of(view) not in KNOWN
    }
    assert bare == set()


def test_every_page_that_changes_something_is_checked_against_forgery(app: Flask) -> None:
    client = app.test_client()
    changing = [
        rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    ]
    assert changing
    for rule in changing:
        values = dict.fromkeys(rule.arguments, "00000000-0000-4000-8000-000000000000")
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values, method="POST")
        answer = client.post(path, data={})
        assert answer.status_code == 400, path
        assert "mở lại trang" in answer.get_data(as_text=True)
