"""/prices: typed and brought prices, what gives way to what, stale forms; who may change the table."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from server.db import documents
from server.errors import Problem
from server.extensions import db
from server.services import journal, prices
from tests.builders import Office
from tests.server.pages.scene import NASTY, Desk

SCALE = {"instrument_type": "weighing_instrument", "text": "Cân đồng hồ lò xo (đến 60 kg)", "amount": "30.000",
         "basis": "Quyết định số 12/QĐ-TT", "valid_from": "2021-01-01", "valid_to": ""}  # fmt: skip
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
HEAD = "Loại phương tiện đo;Nội dung;Đơn giá;Văn bản quy định;Áp dụng từ;Đến hết ngày\n"


def standing(office: Office) -> list[Any]:
    """The prices as they are kept, by text and beginning."""
    with office.app.app_context():
        rows = [d.state for d in documents.of_kind(db.session(), "price")]
    return sorted(rows, key=lambda s: (s["text"], s["valid_from"]))


def test_a_later_price_ends_the_one_before_and_nothing_shares_a_day(desk: Desk, office: Office) -> None:
    assert "Chưa có giá nào" in desk.opens("/prices")
    assert desk.sends(desk.opens("/prices"), "/prices", **SCALE).status_code == 303
    bad = desk.sends(
        desk.opens("/prices"), "/prices", **{**SCALE, "amount": "ba chục", "valid_from": "", "basis": NASTY}
    )
    said = bad.get_data(as_text=True)
    assert (bad.status_code, "Đơn giá: ghi số tiền" in said, "Áp dụng từ: không được để trống" in said) == (
        400,
        True,
        True,
    )
    assert ("&lt;script&gt;" in said, "<script>alert" in said) == (True, False)
    twice = desk.sends(desk.opens("/prices"), "/prices", **SCALE)
    assert (twice.status_code, "Đã có giá cho" in twice.get_data(as_text=True)) == (409, True)
    other = {**SCALE, "text": "Cân đồng hồ lò xo (đến 100 kg)", "valid_from": "2021-03-01"}
    newer = {**SCALE, "amount": "35000 đ", "valid_from": "2021-07-01"}
    for form in (other, newer):
        assert desk.sends(desk.opens("/prices"), "/prices", **form).status_code == 303
    kept = [(s["text"][-8:], s["amount"], s["valid_from"], s["valid_to"]) for s in standing(office)]
    assert kept == [
        (" 100 kg)", "30000", "2021-03-01", None),
        ("n 60 kg)", "30000", "2021-01-01", "2021-06-30"),
        ("n 60 kg)", "35000", "2021-07-01", None),
    ]
    page = desk.opens("/prices")
    assert "35.000 đồng" in page
    assert "Hết hiệu lực <b>1</b>" in page
    assert "35000" in desk.client.get("/prices?export=csv&status=current").get_data(as_text=True)
    with office.transaction() as session:
        assert journal.verify(session).is_whole


@pytest.mark.postgresql_only
def test_two_people_who_add_at_once_never_write_two_prices_for_one_day(office: Office) -> None:
    price = {**SCALE, "amount": "30000", "valid_to": None}

    def adds() -> int:
        with office.transaction() as session:
            return prices.add(session, [price], actor="other", now=NOW)

    with ThreadPoolExecutor(1) as pool:
        with office.transaction() as session:
            prices.add(session, [price], actor="one", now=NOW)
            asked = pool.submit(adds)
            with pytest.raises(TimeoutError):
                asked.result(0.5)
        with pytest.raises(Problem, match="Đã có giá cho"):
            asked.result()
    assert len(standing(office)) == 1


def test_a_wrong_price_is_struck_and_a_stale_form_changes_nothing(desk: Desk, office: Office) -> None:
    desk.sends(desk.opens("/prices"), "/prices", **SCALE)
    page = desk.opens("/prices")
    strike, end = (re.findall(rf'action="(/prices/[^"]+/{act})"', page)[0] for act in ("strike", "end"))
    assert desk.sends(page, end, last="2020-01-01").status_code == 400
    assert desk.sends(page, end, last="2021-12-31").status_code == 303
    assert desk.sends(page, strike, reason="Nhầm").status_code == 409
    fresh = desk.opens("/prices")
    assert desk.sends(fresh, strike, reason="").status_code == 400
    assert desk.sends(fresh, strike, reason="Nhầm cột").status_code == 303
    (struck,) = standing(office)
    assert struck["valid_to"] < struck["valid_from"]  # on no day, whoever reads it
    assert "Nhầm cột" in desk.opens("/prices?status=struck")
    assert desk.sends(desk.opens("/prices"), "/prices", **SCALE).status_code == 303  # its place is free again
    desk.opens(strike, 405)


def test_a_table_is_looked_at_row_by_row_and_brought_in_whole_or_not(desk: Desk, office: Office) -> None:
    desk.sends(desk.opens("/prices"), "/prices", **SCALE)

    def sends(rows: str, name: str = "gia.csv") -> str:
        answer = desk.sends(desk.opens("/prices"), "/prices/import", file=(io.BytesIO((HEAD + rows).encode()), name))
        return str(answer.get_data(as_text=True))

    assert "Không thấy dòng tiêu đề" in desk.sends(
        desk.opens("/prices"), "/prices/import", file=(io.BytesIO(b"a;b\n1;2\n"), "x.csv")
    ).get_data(as_text=True)
    wrong = sends("Cái cân;A;x;QĐ 1;2021-13-01;\nHuyết áp kế;B;=1+1;QĐ 1;1/1/2021;\n")
    assert ("không có loại này" in wrong, "ô chứa công thức" in wrong, "Nhập " in wrong) == (True, True, False)
    assert wrong.count('<tr><td class="number">') == 4
    good = (
        "Cân;Cân đồng hồ lò xo (đến 60 kg);32.000;QĐ 40;1/7/2021;\nHuyết áp kế;Huyết áp kế lò xo;25000;QĐ 40;01/07/2021;\n"
        "Cân;Cân đồng hồ lò xo (đến 60 kg);30000;Quyết định số 12/QĐ-TT;1/1/2021;\n"
    )
    preview = sends(good)
    assert "2 giá mới, 1 dòng đã có, 0 lỗi. 1 giá đang áp dụng" in preview
    assert desk.sends(preview, "/prices/import").status_code == 303
    assert [(s["amount"], s["valid_to"]) for s in standing(office)] == [
        ("30000", "2021-06-30"), ("32000", None), ("25000", None)
    ]  # fmt: skip
    assert "Mọi dòng đã có" in sends(good)
    assert desk.sends(preview, "/prices/import", data="!!!").status_code == 400


def test_a_clerk_reads_the_table_and_an_inspector_does_not(office: Office) -> None:
    clerk = Desk(office.app.test_client()).signs_in(office.hires("clerk"))
    assert "Thêm một giá" not in clerk.opens("/prices")
    Desk(office.app.test_client()).signs_in(office.hires("inspector")).opens("/prices", 403)
