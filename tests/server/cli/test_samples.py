"""`flask samples list`: what waits, as lines and as one JSON document."""

from __future__ import annotations

import json

from flask.testing import FlaskClient

from tests.builders import Office
from tests.server.pages.scene import scene_of
from tests.server.pages.test_samples import takes


def test_the_list_says_what_waits_since_when(office: Office, client: FlaskClient) -> None:
    scene = scene_of(office, client, issued=False)
    run = office.app.test_cli_runner().invoke
    assert run(args=["samples", "list"]).output == "Không có mẫu nào.\n"
    id = takes(scene, "NP-1")
    kept = takes(scene, "np 1", code="M-02", portions={"1": {"purpose": "retained_site", "seals": ["np 1"]}})
    lines = run(args=["samples", "list"]).output
    assert "Chờ bàn giao    Xăng RON 95-III M-01 – Cửa hàng xăng dầu số 1, QUÁ HẠN GỬI (09/02/2026)" in lines
    assert "! Số niêm phong NP-1 còn ghi ở nơi khác: mẫu Xăng RON 95-III, mã M-02." in lines
    found = json.loads(run(args=["samples", "list", "--waiting", "--json"]).output)["samples"]
    assert [(each["id"], each["stage"], each["send_by"], each["is_late"]) for each in found] == [
        (id, "to_send", "2026-02-09", True)
    ]
    assert kept in {each["id"] for each in json.loads(run(args=["samples", "list", "--json"]).output)["samples"]}
    assert run(args=["samples", "list", "--later"]).exit_code == 2
