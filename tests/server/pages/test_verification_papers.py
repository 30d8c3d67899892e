"""Records and certificates of verified instruments from the slip's page: read, confirmed, issued once, replaced; what refuses."""

from __future__ import annotations

import html
import io
import re

import pdfplumber
import pytest

from server.settings import Settings
from tests.builders import Office
from tests.server.pages.scene import Desk
from tests.server.services.slips import Slip

RECORD, CERTIFICATE = "verification_record", "verification_certificate"


@pytest.fixture
def slip(office: Office, settings: Settings) -> Slip:
    """Two scales at the table, nothing found of them yet."""
    return Slip(office, settings)


def path(slip: Slip, form: str, scale: str) -> str:
    return f"/inspections/{slip.id}/instruments/{scale}/{form}"


def issues(desk: Desk, action: str, **given: str) -> str:
    """Confirm what the page shows; return the id of the paper, whose PDF the next page opens."""
    answer = desk.sends(desk.opens(action), action, **given)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    found = re.search(r"issued=([0-9a-f-]{36})", answer.headers["Location"])
    assert found is not None
    assert f"/api/v1/minutes/{found[1]}.pdf" in desk.opens(answer.headers["Location"].partition("#")[0])
    return found[1]


def printed(desk: Desk, minutes_id: str) -> str:
    answer = desk.client.get(f"/api/v1/minutes/{minutes_id}.pdf")
    assert answer.status_code == 200
    with pdfplumber.open(io.BytesIO(answer.data)) as pdf:
        return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_a_record_and_its_certificate_are_issued_from_the_slip_and_the_wrong_one_replaced(slip: Slip, desk: Desk) -> None:  # fmt: skip
    scale, other = slip.scales
    slip.passes(scale)
    slip.sticks(scale, "21C00921")
    card = desk.opens(f"/inspections/{slip.id}")
    assert path(slip, RECORD, scale) in card
    assert path(slip, CERTIFICATE, scale) in card
    waits = desk.opens(path(slip, CERTIFICATE, scale))
    assert "Chưa lập biên bản kiểm định của phương tiện đo này." in waits
    assert f'<a href="{path(slip, RECORD, scale)}">' in waits
    assert "<form class" not in waits
    shown = desk.opens(path(slip, RECORD, scale))
    for said in ("Hộ kinh doanh Chu Thị Rau", "NH60-0221", "Đạt yêu cầu kỹ thuật đo lường", "30/11/2027", "21C00921", "Trần Văn Trưởng"):  # fmt: skip
        assert said in shown, said
    assert desk.client.get(path(slip, RECORD, scale) + "/draft.pdf").data.startswith(b"%PDF")
    record = issues(desk, path(slip, RECORD, scale))
    assert "Kiểm định cân đồng hồ lò xo" in printed(desk, record)
    first = issues(desk, path(slip, CERTIFICATE, scale), signer="Đào Xuân Vững")
    assert slip.state("instrument", scale)["certificate_number"] == "01/GCN-KĐ"
    again = f"/certificates/{first}/replacement"
    assert again in desk.opens(f"/inspections/{slip.id}")
    empty = desk.sends(desk.opens(again), again, reason=" ")
    assert (empty.status_code, "Phải ghi lý do cấp thay" in empty.get_data(as_text=True)) == (400, True)
    second = issues(desk, again, reason="Ghi nhầm số tem")
    assert slip.state("minutes", first)["voided"]["replaced_by"] == second
    assert "02/GCN-KĐ" in printed(desk, second)
    gone = desk.opens(again)
    assert "Giấy chứng nhận số 01/GCN-KĐ đã hủy." in gone
    assert other not in slip.state("minutes", second)["canonical"]


def test_the_same_form_issues_one_paper_and_a_stale_one_none(slip: Slip, desk: Desk) -> None:
    scale = slip.scales[0]
    slip.fails(scale)
    action = path(slip, RECORD, scale)
    page = desk.opens(action)
    slip.answers("KD07", scale, answer="nonconforming", note="Kính vỡ, kim cong")
    stale = desk.sends(page, action)
    assert stale.status_code == 409
    text = html.unescape(stale.get_data(as_text=True))
    assert "Nội dung đã thay đổi từ lúc bạn mở trang" in text
    assert "Kính vỡ, kim cong" in text
    page = desk.opens(action)
    assert desk.sends(page, action).status_code == 303
    assert desk.sends(page, action).status_code == 303
    assert len(slip.records_of(scale)) == 1
    assert path(slip, CERTIFICATE, scale) not in desk.opens(f"/inspections/{slip.id}"), (
        "what failed gets no certificate"
    )
    refused = desk.opens(path(slip, CERTIFICATE, scale))
    assert "không cấp giấy chứng nhận" in refused


def test_no_certificate_holds_longer_than_its_cycle(slip: Slip, desk: Desk) -> None:
    meter = slip.scales[0]
    slip.becomes(meter, "taximeter", "2021-08-05")
    slip.passes(meter, until="2022-08-06")
    issues(desk, path(slip, RECORD, meter))
    page = desk.opens(path(slip, CERTIFICATE, meter))
    assert "thời hạn chỉ được rút ngắn" in page
    assert f"/inspections/{slip.id}#results" in page
    slip.answers("KD15", meter, values={"value": "2022-08-05"})
    issues(desk, path(slip, CERTIFICATE, meter))


def test_only_supervisors_issue_and_strange_addresses_are_not_found(slip: Slip, desk: Desk, office: Office) -> None:
    scale = slip.scales[0]
    slip.passes(scale)
    for wrong in (
        path(slip, "inspection", scale),
        path(slip, RECORD, slip.id),
        "/certificates/" + slip.id + "/replacement",
    ):
        desk.opens(wrong, 404)
    record = slip.issues(RECORD, scale)
    desk.opens(f"/certificates/{record}/replacement", 404)
    action = path(slip, CERTIFICATE, scale)
    bad = desk.sends(desk.opens(action), action, id="x")
    assert bad.status_code == 400
    assert desk.sends(desk.opens(action), action, signer="Không Ai").status_code == 400
    verifier = Desk(office.app.test_client()).signs_in(slip.leader)
    verifier.opens(action, 403)
    card = verifier.opens(f"/inspections/{slip.id}")
    assert action not in card
    assert f"/api/v1/minutes/{record}.pdf" in card
