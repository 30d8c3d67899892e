"""/marks: a batch comes, tablets get their rolls, marks come in, some go back, a day is counted; without JavaScript."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook

from server.services import journal
from tests.builders import Kit, Office
from tests.server.pages.scene import NASTY, Desk
from tests.server.services.marks import Store


@pytest.fixture
def store(office: Office) -> Store:
    """A department with a store."""
    return Store(office)


@pytest.fixture
def kit(store: Store, office: Office) -> Kit:
    """The leader's tablet."""
    return office.enrols(store.leader)


@pytest.fixture
def clerk(store: Store, office: Office) -> Desk:
    """The clerk, signed in."""
    return Desk(office.app.test_client()).signs_in(store.clerk)


def receives(clerk: Desk, store: Store, first: str, last: str) -> str:
    """Enter a batch through both pages; return where it is."""
    asked = clerk.sends(clerk.opens("/marks/new"), "/marks/new", **store.form(first, last, note=NASTY))
    assert asked.status_code == 200, asked.get_data(as_text=True)
    done = clerk.sends(asked.get_data(as_text=True), "/marks/new")
    assert done.status_code == 303, done.get_data(as_text=True)
    return str(done.headers["Location"])


def leases(clerk: Desk, store: Store, kit: Kit, count: str, first: str = "") -> str:
    """Give a tablet its roll through both pages; return where it is."""
    said = {
        "device_id": kit.device_id,
        "organisation_id": store.office.organisation_id,
        "kind": "sticker",
        "count": count,
        "first": first,
    }
    asked = clerk.sends(clerk.opens("/marks/leases/new"), "/marks/leases/new", **said)
    assert asked.status_code == 200, asked.get_data(as_text=True)
    done = clerk.sends(asked.get_data(as_text=True), "/marks/leases/new")
    assert done.status_code == 303, done.get_data(as_text=True)
    return str(done.headers["Location"])


def figures(page: str) -> list[str]:
    """Read the row of sums."""
    foot = re.search(r"<tfoot>(.*?)</tfoot>", page, re.DOTALL)
    assert foot
    return re.findall(r'<td class="number">(\d+)', foot[1])


def test_a_day_of_stickers(clerk: Desk, store: Store, kit: Kit, office: Office) -> None:
    assert "Sổ còn trống" in clerk.opens("/marks")
    batch = receives(clerk, store, "22b 001", "22B150")
    held = leases(clerk, store, kit, "20")
    assert "22B001 – 22B020" in clerk.opens("/marks/leases")
    lease = store.ledger().leases[0]
    for number in range(1, 6):
        store.uses(f"22B{number:03d}", "spoiled" if number == 3 else "used", lease=lease)
    store.uses("22B140")
    store.uses("X77")
    page = clerk.opens(held)
    back = clerk.sends(page, f"{held}/return", first="22B011", last="22B020")
    assert back.status_code == 303, back.get_data(as_text=True)
    again = clerk.sends(page, f"{held}/return", first="22B011", last="22B020")
    assert (again.status_code, "vừa được người khác sửa" in again.get_data(as_text=True)) == (409, True)
    lost = clerk.sends(clerk.opens(held), f"{held}/write-off", first="010", last="", reason="Rơi ở chợ")
    assert lost.status_code == 303, lost.get_data(as_text=True)

    page = clerk.opens("/marks")
    assert figures(page) == ["150", "139", "4", "5", "1", "1", "20", "10"], (
        "received, stock, held, used, spoiled, lost, …"
    )
    assert "2 số không khớp sổ" in page
    findings = clerk.opens("/marks/findings")
    assert "chưa cấp cho máy nào" in findings
    assert "chưa nhập lô nào" in findings
    shown = clerk.opens(batch)
    assert "&lt;script&gt;alert(1)" in shown
    assert shown.count('<th scope="row" class="tight">') == 100
    assert "22B150" in clerk.opens(f"{batch}?page=2")
    assert re.findall(r"serial=(22B\d+)", clerk.opens(f"{batch}?fate=spoiled")) == ["22B003"]
    assert "không thuộc lô này" in clerk.opens(f"{batch}?serial=22B999")
    story = clerk.opens("/marks/find?serial=22b+010")
    for said in ("Nhận về cơ quan", "Cấp cho máy", "Ghi mất, hủy", "Rơi ở chợ"):
        assert said in story
    assert "Không có tem, chì nào" in clerk.opens("/marks/find?serial=Z1")
    with office.transaction() as session:
        assert journal.verify(session).is_whole


def test_days_add_up_to_what_is_left(clerk: Desk, store: Store, kit: Kit) -> None:
    store.receives("A01", "A30")
    lease = store.leases(kit, 20)
    store.uses("A01", lease=lease, at="2026-11-24T23:30:00+07:00")
    store.uses("A02", lease=lease, at="2026-11-24T20:30:00+00:00")
    store.uses("A03", "spoiled", lease=lease, at="2026-11-25T09:00:00+07:00")
    store.uses("A29", at="2026-11-25T09:00:00+07:00")
    page = clerk.opens("/marks/days")
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)[1:]]
    assert [(row[0], row[-6:]) for row in rows] == [
        ("25/11/2026", ["–", "1", "–", "–", "–", "–"]),
        ("25/11/2026", ["–", "1", "1", "–", "–", "17"]),
        ("24/11/2026", ["20", "1", "–", "–", "–", "19"]),
    ]


def test_a_stocktake_agrees_once_late_marks_have_come(clerk: Desk, store: Store, kit: Kit) -> None:
    store.receives("A01", "A30")
    lease = store.leases(kit, 10)
    store.uses("A01", lease=lease)
    store.counts_stickers({"lease_id": lease.id, "counted": 8})
    page = clerk.opens("/marks/stocktakes")
    assert "Thiếu 1" in page
    assert "trong các số A02 – A10" in page
    store.uses("A02", lease=lease, at="2026-11-24T15:59:00+07:00")
    store.uses("A03", lease=lease, at="2026-11-25T08:00:00+07:00")
    page = clerk.opens("/marks/stocktakes")
    assert "Thiếu" not in page, "the one of the next day was still on the roll"
    assert "Khớp</span>" in page
    assert "Không có lần kiểm kê" in clerk.opens("/marks/stocktakes?state=open")


def test_exports_say_what_the_pages_say(clerk: Desk, store: Store, kit: Kit) -> None:
    batch = store.receives("A01", "A30")
    lease = store.leases(kit, 10)
    store.uses("A01", lease=lease)
    store.uses("B9")
    store.counts_stickers({"lease_id": lease.id, "counted": 8, "explanation": "=1+1"})
    rows = {}
    for path in ("/marks", "/marks/leases", "/marks/days", "/marks/stocktakes", "/marks/findings", f"/marks/{batch}"):
        answer = clerk.client.get(f"{path}?export=xlsx")
        assert answer.status_code == 200, path
        sheet = load_workbook(io.BytesIO(answer.get_data())).worksheets[0]
        rows[path] = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows["/marks"][0][6:15] == [30, 20, 0, 9, 1, 0, 0, 10, 0]
    assert rows["/marks/leases"][0][5:] == [10, 1, 0, 0, 9, "A02 – A10"]
    assert (len(rows["/marks/days"]), len(rows["/marks/findings"]), len(rows[f"/marks/{batch}"])) == (2, 1, 30)
    assert rows["/marks/stocktakes"][0][6:] == [8, None, 9, -1, "A02 – A10", None, "=1+1"]


@pytest.mark.parametrize(
    ("path", "said", "words"),
    [("/marks/new", {"kind": "sticker", "first": "A1", "last": "B2"}, "cùng ký hiệu"),
     ("/marks/new", {"kind": "sticker", "first": "A1", "last": "A2", "received_on": "2026-11-02", "received_from": "x"}, "Hãy chọn cơ quan"),
     ("/marks/leases/new", {"device_id": "a" * 36, "kind": "sticker", "count": "5"}, "Hãy chọn máy"),
     ("/marks/leases/new", {"device_id": "x", "kind": "sticker", "count": "5"}, "Hãy chọn máy"),
     ("/marks/leases/new", {"kind": "sticker", "count": "٣"}, "số lượng")],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(
    clerk: Desk, kit: Kit, path: str, said: dict[str, str], words: str
) -> None:
    answer = clerk.sends(clerk.opens(path), path, **said)
    assert (answer.status_code in (400, 404), words in answer.get_data(as_text=True)) == (True, True)


def test_a_batch_is_corrected_and_struck_out_by_its_pages(clerk: Desk, store: Store) -> None:
    path = receives(clerk, store, "A01", "A30")
    form = clerk.opens(f"{path}/correct")
    asked = clerk.sends(form, f"{path}/correct", **store.form("A01", "A40"))
    assert asked.status_code == 200, asked.get_data(as_text=True)
    assert clerk.sends(asked.get_data(as_text=True), f"{path}/correct").status_code == 303
    page = clerk.opens(path)
    assert "40 số" in page
    assert clerk.sends(page, f"{path}/void", reason="").status_code == 400
    assert clerk.sends(page, f"{path}/void", reason="Nhập nhầm").status_code == 303
    assert "1 lô đã gạch" in clerk.opens("/marks")
    clerk.opens(path, 404)


def test_the_trail_names_what_was_done(clerk: Desk, store: Store, kit: Kit, desk: Desk) -> None:
    receives(clerk, store, "A01", "A30")
    leases(clerk, store, kit, "5")
    page = desk.opens("/trail?what=did")
    assert "Lô tem, chì</a>" in page
    assert "Dải tem, chì cấp cho máy</a>" in page
