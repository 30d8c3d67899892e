"""/establishments/import: nothing is written before it was seen, rows say why they are refused, hostile files get a sentence."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from server.services import journal
from tests.builders import AREA, Office
from tests.server.pages.scene import NASTY, Desk
from tests.server.pages.test_registers import HERE, names
from tests.server.services.test_establishment_merge import state
from tests.server.services.test_register_rows import changes

PATH = "/establishments/import"
HEAD = ["Tên cơ sở", "Mã số thuế", "Địa chỉ", "Mã xã", "Điện thoại"]
INSTRUMENTS = [
    "Tên cơ sở",
    "Mã xã",
    "Loại phương tiện đo",
    "Hãng sản xuất",
    "Kiểu",
    "Số máy",
    "Hạn kiểm định",
    "Số tem",
]


def workbook(sites: list[list[str]], instruments: list[list[str]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEAD, *sites):
        sheet.append(row)
    if instruments is not None:
        other = book.create_sheet("Phương tiện đo")
        for row in (INSTRUMENTS, *instruments):
            other.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def brings(desk: Desk, data: bytes, name: str = "danh-sach.xlsx", **more: str) -> Any:
    """Choose a file and send it."""
    return desk.sends(desk.opens(PATH), PATH, file=(io.BytesIO(data), name), **more)


def text(answer: Any) -> str:
    return html.unescape(answer.get_data(as_text=True))


@pytest.fixture(autouse=True)
def commune(office: Office) -> None:
    """The commune that the files name."""
    office.records("area", f"area:{AREA}", HERE[0])


def test_a_list_is_looked_at_and_then_imported(desk: Desk, office: Office) -> None:
    data = workbook(
        [["Quầy Một", "", "Thôn 1", AREA, ""], [NASTY, "2400123456", "Thôn 2", AREA, ""]],
        [["Quầy Một", AREA, "Cân", "CAS", "", "7", "31/12/2027", ""]],
    )
    shown = brings(desk, data)
    page = text(shown)
    assert (shown.status_code, "<b>2</b> cơ sở mới" in page, "<b>1</b> phương tiện đo mới" in page) == (200, True, True)
    assert "<script>alert" not in shown.get_data(as_text=True)
    assert "Danh bạ còn trống" in desk.opens("/establishments"), "nothing is written before"
    done = desk.sends(shown.get_data(as_text=True), f"{PATH}/confirm")
    assert done.headers["Location"] == "/establishments"
    assert "Quầy Một" in names(desk.opens("/establishments"))
    assert "31/12/2027" in desk.opens("/instruments")
    again = desk.sends(shown.get_data(as_text=True), f"{PATH}/confirm")
    assert (again.status_code, "không còn được giữ" in text(again)) == (404, True), "sent twice is imported once"
    with office.transaction() as session:
        assert journal.verify(session).is_whole


def test_rows_with_faults_are_named_and_nothing_is_imported(desk: Desk) -> None:
    shown = brings(desk, workbook([["Tốt", "", "Thôn 1", AREA, ""], ["", "12", "Thôn 2", "99999", "=1+1"]]))
    page = text(shown)
    assert "<b>4</b> lỗi" in page
    assert "Không phải mã số thuế" in page
    assert "Nhập vào danh bạ" not in page
    forced = desk.sends(shown.get_data(as_text=True), f"{PATH}/confirm")
    assert (forced.status_code, "<b>4</b> lỗi" in text(forced)) == (409, True)
    assert "Danh bạ còn trống" in desk.opens("/establishments")


def test_known_rows_are_left_alone_or_changed_cell_by_cell(desk: Desk, office: Office) -> None:
    site = office.registers_establishment(name="Quầy Một")
    changes(office, "establishment", site, tax_code="")
    owned = office.registers_instrument(site)
    data = workbook(
        [["Quầy Một", "", "Thôn Mới", AREA, ""]],
        [["Quầy Một", AREA, "Cột đo xăng dầu", "Tatsuno", "T1", "A-1", "2030-06-30", ""]],
    )
    assert "Tệp không có gì mới" in text(brings(desk, data))
    shown = brings(desk, data, update="yes")
    assert "2022-01-31 → 2030-06-30" in re.sub(r"</?(?:del|ins)>", "", text(shown))
    desk.sends(shown.get_data(as_text=True), f"{PATH}/confirm")
    assert state(office, "establishment", site)["address"] == "Thôn Mới"
    assert state(office, "establishment", site)["representative"]["name"] == "Trần Thị Bán", "empty cells clear nothing"
    assert (state(office, "instrument", owned)["verified_until"], state(office, "instrument", owned)["mark_serial"]) == (
        "2030-06-30", "22B01439",
    )  # fmt: skip


def test_what_changed_since_the_preview_is_shown_again(desk: Desk, office: Office) -> None:
    shown = brings(
        desk, workbook([["Quầy Một", "2400123456", "Thôn 1", AREA, ""], ["Quầy Hai", "", "Thôn 1", AREA, ""]])
    )
    office.registers_establishment(name="Quầy Một")
    again = desk.sends(shown.get_data(as_text=True), f"{PATH}/confirm")
    assert (again.status_code, "vừa thay đổi" in text(again), "<b>1</b> cơ sở mới" in text(again)) == (409, True, True)
    assert desk.sends(again.get_data(as_text=True), f"{PATH}/confirm").status_code == 303


def test_a_dropped_file_is_gone_and_nobody_else_can_confirm_it(desk: Desk, office: Office, tmp_path: Path) -> None:
    shown = brings(desk, workbook([["Quầy Một", "", "Thôn 1", AREA, ""]])).get_data(as_text=True)
    kept = list((tmp_path / "imports").rglob("*.xlsx"))
    assert len(kept) == 1
    other = Desk(office.app.test_client()).signs_in(office.hires("supervisor"))
    token = re.search(r'name="csrf_token" value="([^"]+)"', other.opens(PATH))
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    assert token
    assert other.client.post(f"{PATH}/confirm", data={**fields, "csrf_token": token[1]}).status_code == 404
    bad = {**fields, "csrf_token": token[1], "key": "../../etc/passwd"}
    assert other.client.post(f"{PATH}/confirm", data=bad).status_code == 404
    assert desk.sends(shown, f"{PATH}/confirm", drop="yes").status_code == 303
    assert not kept[0].exists()


def hostile() -> dict[str, tuple[bytes, str]]:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"xl/{number}.xml", b"0" * 10_000_000)
    return {
        "empty": (b"", "a.xlsx"), "not a zip": (b"PK\x03\x04 no", "a.xlsx"), "old excel": (b"\xd0\xcf\x11\xe0" + b"0" * 99, "a.xls"),
        "bomb": (bomb.getvalue(), "a.xlsx"), "utf-16": ("Tên cơ sở".encode("utf-16"), "a.csv"), "no headings": (b"a;b\n1;2\n", "a.csv"),
        "html": (b"<html><script>alert(1)</script>", "<script>.csv"), "no rows": ("Tên cơ sở;Địa chỉ;Mã xã\n".encode(), "a.csv"),
    }  # fmt: skip


@pytest.mark.parametrize("what", sorted(hostile()))
def test_a_hostile_file_gets_a_sentence(desk: Desk, tmp_path: Path, what: str) -> None:
    data, name = hostile()[what]
    answer = brings(desk, data, name)
    assert (answer.status_code, "Chưa ghi gì vào danh bạ" in text(answer)) == (400, True), text(answer)[-600:]
    assert list((tmp_path / "imports").rglob("*.*")) == []


def test_a_file_that_is_too_large_and_none_at_all(desk: Desk, office: Office) -> None:
    assert "Hãy chọn tệp" in text(desk.sends(desk.opens(PATH), PATH))
    large = b"x" * (22 * 1024 * 1024)
    answer = desk.client.post(PATH, data=large, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    stranger = office.app.test_client()
    assert (
        stranger.post(PATH, data=large[: 2 * 1024 * 1024], content_type="multipart/form-data; boundary=x").status_code
        == 413
    )
    template = openpyxl.load_workbook(io.BytesIO(desk.client.get(f"{PATH}/template.xlsx").get_data()))
    assert template.sheetnames == ["Cơ sở", "Phương tiện đo"]
