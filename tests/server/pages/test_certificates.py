"""/certificates: signed in a batch, delivered to a person, printed; a form sent twice, an unsigned one, an empty name."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.builders import Office
from tests.server.pages.scene import Desk
from tests.server.services.slips import Slip


@pytest.fixture
def slip(office: Office, app: Flask) -> Slip:
    found = Slip(office, app.config["SETTINGS"])
    for number, scale in enumerate(found.scales):
        found.passes(scale)
        found.sticks(scale, f"TC000{number}")
    return found


def test_certificates_are_signed_delivered_and_printed_in_batches(desk: Desk, office: Office, slip: Slip) -> None:
    assert "Không có giấy chứng nhận nào chờ ký" in desk.opens("/certificates")
    first, second = (slip.certifies(scale) for scale in slip.scales)
    page = desk.opens("/certificates")
    assert "Chờ ký <b>2</b>" in page
    assert 'value="Đào Xuân Vững"' in page
    assert "Hộ kinh doanh Chu Thị Rau" in page
    sign, deliver = "/certificates/sign?state=awaiting", "/certificates/deliver?state=awaiting"
    wrongs: list[dict[str, Any]] = [{"paper": []}, {"paper": [first], "name": " "}]
    for wrong in wrongs:
        refused = desk.sends(page, sign, **{"name": "Đào Xuân Vững", "title": "Giám đốc", **wrong})
        assert (refused.status_code, 'role="alert"' in refused.get_data(as_text=True)) == (400, True)
    early = desk.client.post(deliver, data={"csrf_token": token(page), "paper": [first], "to": "Chị Rau"})
    assert (early.status_code, "chưa được ký" in early.get_data(as_text=True)) == (409, True)
    for count in ("2 giấy", "0 giấy"):  # the same form twice
        done = desk.sends(page, sign, paper=[first, second], name="Đào Xuân Vững", title="Giám đốc")
        assert done.status_code == 303
        assert f"Đã ghi {count}" in desk.opens(done.headers["Location"])
    signed = desk.opens("/certificates?state=signed")
    assert "Đào Xuân Vững ký" in signed
    handed = "/certificates/deliver?state=signed"
    sent = desk.client.post(handed, data={"csrf_token": token(signed), "paper": [first], "to": "Chị Rau"})
    assert sent.status_code == 303
    assert "Chị Rau nhận" in desk.opens("/certificates?state=delivered")
    rows = desk.client.get("/certificates?state=all&export=csv").get_data(as_text=True).splitlines()
    assert (len(rows), "Chị Rau" in rows[1] or "Chị Rau" in rows[2]) == (3, True)
    prepared = desk.client.post("/printing/new", data={"csrf_token": token(signed), "paper": [first, second]})
    assert "2 văn bản" in prepared.get_data(as_text=True)
    assert "Đã giao" in desk.opens("/certificates?state=all&q=rau")
    labels = desk.client.post("/certificates/labels", data={"csrf_token": token(signed), "paper": [first, second]})
    one = desk.client.get(f"/api/v1/minutes/{first}/label.pdf")
    assert [(each.status_code, each.data[:5]) for each in (labels, one)] == [(200, b"%PDF-")] * 2
    none = desk.client.post("/certificates/labels?state=signed", data={"csrf_token": token(signed)})
    assert (none.status_code, "để in nhãn" in none.get_data(as_text=True)) == (400, True)
    record = slip.papers()[slip.scales[0]].record
    assert desk.client.get(f"/api/v1/minutes/{record}/label.pdf").status_code == 404
    Desk(office.app.test_client()).signs_in(office.hires("inspector")).opens("/certificates", 403)


def token(page: str) -> str:
    """The hidden token of a page's forms."""
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
