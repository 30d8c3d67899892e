"""Papers of verified instruments at the office: one record each, a certificate only of what passed, replaced in the open."""

from __future__ import annotations

import json

import pytest

from server.errors import Problem
from server.security.keys import server_key
from server.services import minutes
from server.settings import Settings
from tests.builders import Office
from tests.server.services.slips import NOW, Slip, fresh

RECORD, CERTIFICATE = "verification_record", "verification_certificate"


@pytest.fixture
def slip(office: Office, settings: Settings) -> Slip:
    """Two scales at the table, nothing found of them yet."""
    return Slip(office, settings)


def test_a_certificate_comes_after_its_record_from_its_own_series_with_the_ledgers_sticker(slip: Slip) -> None:
    scale, other = slip.scales
    slip.passes(scale)
    slip.sticks(scale, "21C00921")
    with pytest.raises(Problem, match="Chưa lập biên bản kiểm định"):
        slip.issues(CERTIFICATE, scale)
    record = slip.state("minutes", slip.issues(RECORD, scale))
    paper = slip.state("minutes", slip.issues(CERTIFICATE, scale))
    assert (record["series"], record["instrument_id"], record["closes"]) == (
        "BB-KĐ",
        scale,
        False,
    )  # the other still waits
    assert (paper["series"], paper["number"], paper["instrument_id"]) == ("GCN-KĐ", 1, scale)
    said = json.loads(paper["canonical"])["verification"]
    assert [s["serial"] for s in said["stickers"]] == ["21C00921"]
    assert said["valid_until"]["text"] == "30/11/2027"
    assert said["signer"]["name"] == "Đào Xuân Vững"
    assert said["verifier"]["name"] == "Trần Văn Trưởng"
    assert other not in paper["canonical"]


def test_the_record_of_the_last_instrument_ends_the_slip(slip: Slip) -> None:
    first, last = slip.scales
    slip.passes(first)
    slip.fails(last)
    slip.issues(RECORD, last)
    assert slip.state("inspection", slip.id)["status"] == "in_progress"
    assert slip.papers()[first].closes
    assert slip.state("minutes", slip.issues(RECORD, first))["closes"] is True
    assert slip.state("inspection", slip.id)["status"] == "issued"
    slip.issues(CERTIFICATE, first)  # the certificate may come afterwards
    closing = next(p.record for p in slip.papers().values() if p.record and slip.state("minutes", p.record)["closes"])
    with slip.office.transaction() as session:
        minutes.void(session, closing, "Ghi nhầm số đọc", actor=slip.leader.id, now=NOW)
    assert slip.state("inspection", slip.id)["status"] == "in_progress", "what was wrong can be put right"


@pytest.mark.parametrize(
    ("conclusion", "why"),
    [("fail", "không đạt: chỉ lập biên bản"), ("inconclusive", "chưa kết luận được"), ("", "Chưa ghi kết luận")],
)
def test_what_did_not_pass_gets_a_record_and_no_certificate(slip: Slip, conclusion: str, why: str) -> None:
    scale = slip.scales[0]
    slip.passes(scale)
    slip.answers("KD11", scale, values={"conclusion": conclusion})
    if conclusion:
        slip.issues(RECORD, scale)
    with pytest.raises(Problem, match=why):
        slip.issues(CERTIFICATE, scale)


def test_none_is_issued_without_a_day_until_which_it_holds_and_none_twice(slip: Slip) -> None:
    scale = slip.scales[0]
    slip.passes(scale, until="")
    id = fresh()
    assert slip.issues(RECORD, scale, id) == slip.issues(RECORD, scale, id) == id
    with pytest.raises(Problem, match="Đã lập, số 01/BB-KĐ"):
        slip.issues(RECORD, scale)
    with pytest.raises(Problem, match="Chưa ghi thời hạn"):
        slip.issues(CERTIFICATE, scale)


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("2022-08-05", ""),  # the day itself, twelve months after
        ("2022-08-04", ""),
        ("2022-08-06", "Thời hạn đến 06/08/2022 vượt hạn theo chu kỳ 12 tháng"),
        ("2021-08-05", "Thời hạn đến 05/08/2021 không sau ngày kiểm định 05/08/2021"),
        ("năm sau", "không phải ngày"),
    ],
)
def test_a_certificate_holds_no_longer_than_the_confirmed_cycle(slip: Slip, until: str, why: str) -> None:
    meter = slip.scales[0]
    slip.becomes(meter, "taximeter", "2021-08-05")
    slip.passes(meter, until=until)
    slip.issues(RECORD, meter)
    if why:
        with pytest.raises(Problem, match=why):
            slip.issues(CERTIFICATE, meter)
        return
    old = slip.issues(CERTIFICATE, meter)
    slip.answers("KD15", meter, values={"value": "2022-08-06"})
    with pytest.raises(Problem, match="thời hạn chỉ được rút ngắn"):
        slip.replaces(old, "Gia hạn")
    assert slip.state("minutes", old)["status"] == "issued"


def test_where_no_cycle_is_confirmed_the_verifier_says_the_day(slip: Slip) -> None:
    scale = slip.scales[0]
    slip.passes(scale, until="2031-08-05")
    assert slip.certifies(scale)


def test_all_that_stands_in_the_way_is_listed_with_its_place(slip: Slip) -> None:
    scale = slip.scales[0]
    found = slip.papers()[scale]
    assert [each.at for each in found.before_record] == ["results"]
    assert [each.at for each in found.before_certificate] == ["results", "record"]
    slip.passes(scale, until="")
    said = [each.said for each in slip.papers()[scale].before_certificate]
    assert said == ["Chưa lập biên bản kiểm định của phương tiện đo này.", "Chưa ghi thời hạn kiểm định (mục KD15)."]
    slip.issues(RECORD, scale)
    assert [(each.said, each.at) for each in slip.papers()[scale].before_record] == [("Đã lập, số 01/BB-KĐ.", "paper")]


def test_nothing_is_issued_that_says_other_things_than_were_read(slip: Slip) -> None:
    scale, other = slip.scales
    slip.passes(scale)
    seen = slip.sheet(RECORD, scale).seen
    slip.passes(other)  # the next instrument's answers are not on this paper
    assert slip.sheet(RECORD, scale).seen == seen
    slip.sticks(scale, "21C00921")
    with pytest.raises(Problem, match="đã thay đổi từ lúc bạn mở trang"):
        slip.issues(RECORD, scale, seen=seen)
    assert slip.issues(RECORD, scale, seen=slip.sheet(RECORD, scale).seen)


def test_a_form_that_was_used_for_one_instrument_issues_nothing_for_another(slip: Slip) -> None:
    scale, other = slip.scales
    slip.passes(scale)
    slip.passes(other)
    id = slip.issues(RECORD, scale, fresh())
    with pytest.raises(Problem, match="đã dùng cho văn bản khác"):
        slip.issues(RECORD, other, id)


def test_a_draft_is_read_before_and_takes_no_number(slip: Slip) -> None:
    scale = slip.scales[0]
    slip.passes(scale)
    assert slip.drafts(RECORD, scale).startswith(b"%PDF")
    assert slip.drafts(CERTIFICATE, scale).startswith(b"%PDF")
    assert slip.state("minutes", slip.issues(RECORD, scale))["number"] == 1


def test_a_wrong_certificate_is_replaced_by_one_that_the_void_one_names(slip: Slip) -> None:
    scale = slip.scales[0]
    slip.passes(scale)
    old = slip.certifies(scale)
    with pytest.raises(Problem, match="lý do cấp thay"):
        slip.replaces(old, " ")
    id = fresh()
    new = slip.replaces(old, "Ghi nhầm số tem.", id)
    assert slip.replaces(old, "Ghi nhầm số tem.", id) == new == id  # the form was sent twice
    voided = slip.state("minutes", old)["voided"]
    assert voided["reason"] == "Ghi nhầm số tem; thay bằng giấy chứng nhận số 02/GCN-KĐ"
    assert voided["replaced_by"] == new
    assert slip.papers()[scale].certificate == new
    with pytest.raises(Problem, match="đang có hiệu lực"):
        slip.replaces(old, "Lần nữa")


def test_the_register_follows_what_is_issued_replaced_and_failed(slip: Slip) -> None:
    first, last = slip.scales
    slip.passes(first)
    slip.sticks(first, "21C00921")
    old = slip.certifies(first)
    known = slip.state("instrument", first)
    assert (known["verified_until"], known["mark_serial"], known["certificate_number"]) == (
        "2027-11-30",
        "21C00921",
        "01/GCN-KĐ",
    )
    slip.replaces(old, "Ghi nhầm số tem")
    assert slip.state("instrument", first)["certificate_number"] == "02/GCN-KĐ"
    slip.fails(last)
    slip.issues(RECORD, last)
    assert slip.state("instrument", last)["verified_until"] is None


def test_none_is_issued_that_names_no_instrument(slip: Slip) -> None:
    key = server_key(slip.settings.instance)
    with pytest.raises(Problem, match="từng phương tiện đo"), slip.office.transaction() as session:
        minutes.issue(session, slip.id, RECORD, actor=slip.leader.id, key=key, now=NOW)


def test_a_house_without_a_series_of_certificates_issues_none(slip: Slip) -> None:
    scale = slip.scales[0]
    slip.passes(scale)
    slip.issues(RECORD, scale)
    house = slip.state("organisation", slip.office.organisation_id)
    rows = [row for row in house["series"] if row["form"] != CERTIFICATE]
    slip.office.records("organisation", "agency", {**house, "series": rows}, id=slip.office.organisation_id)
    with pytest.raises(Problem, match="chưa mở sổ số giấy chứng nhận kiểm định"):
        slip.issues(CERTIFICATE, scale)
