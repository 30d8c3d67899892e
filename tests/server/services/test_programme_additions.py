"""What arises in the year: read strictly, numbered once, withdrawn with a reason, never gone."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.demo.load import PROGRAMME
from server.errors import Problem
from server.extensions import db
from server.services import campaigns, journal, programme, programme_additions
from server.services.programme_additions import Addition
from server.services.programme_file import parse
from server.web.transaction import written
from tests.builders import Office

NOW = datetime(2021, 9, 1, tzinfo=UTC)
SAID = {
    "subject": "Kiểm tra hàng hóa dịp tết Trung thu", "kind": "kiem_tra", "domain": "goods_quality_label", "place": "",
    "requested_by": "Ban Chỉ đạo 389 tỉnh", "number": "45/KH-BCĐ", "dated": "2021-08-23", "signer": "Trưởng ban", "note": "",
}  # fmt: skip


@pytest.fixture
def imported(office: Office) -> None:
    with office.transaction() as session:
        programme.import_file(session, parse(PROGRAMME.read_bytes()))


def adds(office: Office, **said: str) -> str:
    addition = Addition.of({**SAID, **said}, ["9"], 2021, date(2021, 9, 1))
    with office.transaction() as session:
        return programme_additions.add(session, "BG-2021", addition, actor="u1", now=NOW)


@pytest.mark.usefixtures("imported")
def test_an_addition_is_an_activity_with_its_own_code_and_basis(office: Office, session: Session) -> None:
    assert [adds(office), adds(office, subject="Nội dung khác")] == ["PS01", "PS02"]
    found = programme_additions.find(session, "BG-2021/PS01")
    assert found is not None
    assert (found.kind, found.domain, found.months, found.is_core) == ("kiem_tra", "goods_quality_label", [9], True)
    assert found.data["addition"]["document"] == {"number": "45/KH-BCĐ", "date": "2021-08-23", "signer": "Trưởng ban"}
    assert found.data["addition"]["added"]["by"] == "u1"
    assert programme_additions.find(session, "BG-2021/PS09") is None
    assert programme_additions.find(session, "BG-2021/\0") is None
    assert journal.verify(session).is_whole


@pytest.mark.usefixtures("imported")
def test_the_file_may_come_again_and_leaves_additions_alone(office: Office, session: Session) -> None:
    adds(office)
    with office.transaction() as writing:
        again = programme.import_file(writing, parse(PROGRAMME.read_bytes()))
    assert (again.added, again.changed, again.removed) == ([], [], [])
    twin = PROGRAMME.read_bytes().replace(b"id: A34", b"id: PS01")
    with pytest.raises(Problem, match="PS01 đã dùng cho nội dung phát sinh"), office.transaction() as writing:
        programme.import_file(writing, parse(twin))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("subject", "", "Cần nội dung"),
        ("subject", "x" * 501, "dài 501 ký tự, tối đa 500"),
        ("requested_by", " \t ", "Cần người hoặc cơ quan yêu cầu"),
        ("kind", "xyz", "chọn loại"),
        ("kind", "kiem_tra_chuyen_nganh", "không áp dụng trong năm 2021"),
        ("domain", "../", "chọn lĩnh vực"),
        ("dated", "23/8/2021", "NĂM-THÁNG-NGÀY"),
        ("dated", "2021-09-02", "chưa tới"),
        ("note", "x" * 501, "Ghi chú dài 501"),
    ],
)
def test_bad_words_get_a_sentence(field: str, value: str, said: str) -> None:
    with pytest.raises(Problem, match=said) as refused:
        Addition.of({**SAID, field: value}, ["9"], 2021, date(2021, 9, 1))
    assert refused.value.extra["errors"][0]["field"] == field


@pytest.mark.parametrize("month", ["0", "13", "²", "x", "-1"])
def test_a_month_is_from_one_to_twelve(month: str) -> None:
    with pytest.raises(Problem, match="Tháng từ 1 đến 12"):
        Addition.of(SAID, ["9", month], 2021, date(2021, 9, 1))


@pytest.mark.usefixtures("imported")
def test_withdrawn_with_a_reason_once_and_refused_where_a_campaign_stands(office: Office, session: Session) -> None:
    def withdraws(code: str, reason: str, seen: int = 1) -> None:
        with office.transaction() as writing:
            programme_additions.withdraw(writing, "BG-2021", code, reason, seen=seen, actor="u1", now=NOW)

    code, kept = adds(office), adds(office)
    office.opens_campaign(office.hires("team_leader"), programme_activity=f"BG-2021/{kept}")
    with pytest.raises(Problem, match="Đã có đợt kiểm tra"):
        withdraws(kept, "Hoãn")
    for reason in ("", "x" * 501):
        with pytest.raises(Problem, match="Phải ghi lý do"):
            withdraws(code, reason)
    with pytest.raises(Problem, match="vừa được người khác"):
        withdraws(code, "Hoãn", seen=7)
    withdraws(code, "Hoãn theo yêu cầu")
    with pytest.raises(Problem, match="vừa được người khác"):
        withdraws(code, "Lần nữa", seen=2)
    found = programme_additions.find(session, f"BG-2021/{code}")
    assert found is not None
    assert found.data["addition"]["withdrawn"]["reason"] == "Hoãn theo yêu cầu"
    errors = campaigns.faults(
        session, {"programme_activity": f"BG-2021/{code}", "starts_on": "2021-09-06", "ends_on": "2021-09-07"}
    )
    assert any("đã được rút" in e["detail"] for e in errors)
    assert adds(office) == "PS03"  # a code that was withdrawn is not given again


@pytest.mark.usefixtures("imported")
def test_two_people_who_add_at_once_get_two_codes(office: Office, session: Session) -> None:
    addition = Addition.of(SAID, ["9"], 2021, date(2021, 9, 1))
    codes: list[str] = []

    def one() -> None:
        def work(inside: Any) -> str:
            return programme_additions.add(inside, "BG-2021", addition, actor="u1", now=NOW)

        with office.app.app_context():
            codes.append(written(db.session, work))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(codes) == ["PS01", "PS02", "PS03", "PS04"]
    assert len(programme_additions.activities(session, "BG-2021")) == 4
