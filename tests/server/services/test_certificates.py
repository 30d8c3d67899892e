"""The way of a certificate: awaiting signature, signed in one go, handed out to a name; every step once, void ones never."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.errors import Problem
from server.services import certificates, journal, minutes
from server.services.certificates import Filter, Listing
from server.settings import Settings
from tests.builders import Office
from tests.server.services.slips import NOW, Slip


@pytest.fixture
def slip(office: Office, settings: Settings) -> Slip:
    """Two scales that passed and are certified."""
    made = Slip(office, settings)
    for scale, serial in zip(made.scales, ("21C00921", "21C00922"), strict=True):
        made.passes(scale)
        made.sticks(scale, serial)
    return made


def listed(slip: Slip, **given: str) -> Listing:
    with slip.office.transaction() as session:
        return certificates.listing(session, Filter.of(given))


def signs(slip: Slip, *ids: str) -> list[str]:
    with slip.office.transaction() as session:
        return certificates.sign(session, ids, name="Đào Xuân Vững", title="Giám đốc", actor=slip.leader.id, now=NOW)


def delivers(slip: Slip, id: str, to: str) -> bool:
    later = NOW + timedelta(hours=1)
    with slip.office.transaction() as session:
        return certificates.deliver(session, id, to=to, actor=slip.leader.id, now=later)


def test_it_goes_from_awaiting_to_signed_to_delivered_each_step_with_who_and_when(slip: Slip) -> None:
    first, second = (slip.certifies(scale) for scale in slip.scales)
    assert listed(slip).counts == {"awaiting": 2, "signed": 0, "delivered": 0}
    assert signs(slip, first, second) == [first, second]
    assert signs(slip, second, first) == []  # the form was sent twice
    assert delivers(slip, first, " Chu Thị Rau ")
    assert not delivers(slip, first, "Người khác")
    (row,) = listed(slip, state="delivered").rows
    assert [(e["step"], e["name"], e["to"], e["by"]) for e in row.log] == [
        ("signed", "Đào Xuân Vững", None, slip.leader.id), ("delivered", None, "Chu Thị Rau", slip.leader.id)
    ]  # fmt: skip
    assert listed(slip, state="all").counts == {"awaiting": 0, "signed": 1, "delivered": 1}
    assert [r.id for r in listed(slip, state="all").rows] == [first, second]


def test_the_list_tells_instrument_sticker_and_owner_and_is_searched_without_diacritics(slip: Slip) -> None:
    first, second = (slip.certifies(scale) for scale in slip.scales)
    (row,) = listed(slip, q="chu thi rau 0221").rows
    assert (row.id, row.number, row.instrument, row.serial) == (first, "01/GCN-KĐ", "Cân đồng hồ lò xo", "NH60-0221")
    assert (row.sticker, row.owner, row.valid_until) == ("21C00921", "Hộ kinh doanh Chu Thị Rau", "30/11/2027")
    assert [r.id for r in listed(slip, q="21c00922").rows] == [second]
    assert listed(slip, q="khong co").total == 0
    assert listed(slip, campaign="khác").total == 0
    assert listed(slip, page="7").page == 1


def test_nothing_is_delivered_unsigned_and_nothing_void_is_signed(slip: Slip) -> None:
    record = slip.issues("verification_record", slip.scales[0])
    first = slip.issues("verification_certificate", slip.scales[0])
    second = slip.certifies(slip.scales[1])
    with pytest.raises(Problem, match="Không có giấy chứng nhận"):
        signs(slip, record)
    with pytest.raises(Problem, match="01/GCN-KĐ chưa được ký"):
        delivers(slip, first, "Chu Thị Rau")
    with pytest.raises(Problem, match="người nhận"):
        delivers(slip, first, "  ")
    with slip.office.transaction() as session:
        minutes.void(session, second, "Hỏng", actor=slip.leader.id, now=NOW)
    with pytest.raises(Problem, match="02/GCN-KĐ đã hủy"):
        signs(slip, first, second)
    assert listed(slip).counts["awaiting"] == 1  # all or none


def test_labels_are_printed_of_certificates_that_stand(slip: Slip) -> None:
    first, second = (slip.certifies(scale) for scale in slip.scales)
    with slip.office.transaction() as session:
        found = certificates.labels(session, [second, first])
        assert [words["sticker"] for words, _cose in found] == ["21C00922", "21C00921"]
        minutes.void(session, second, "Hỏng", actor=slip.leader.id, now=NOW)
        with pytest.raises(Problem, match="02/GCN-KĐ đã hủy"):
            certificates.labels(session, [first, second])
        with pytest.raises(Problem, match="từ 1 đến"):
            certificates.labels(session, [])


def test_the_rows_beside_the_papers_stay_what_the_documents_say(slip: Slip) -> None:
    signs(slip, slip.certifies(slip.scales[0]))
    with slip.office.transaction() as session:
        assert journal.verify(session).is_whole
