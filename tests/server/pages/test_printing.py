"""/printing: the clerk's desk without JavaScript: queue, batch, what came of it, the log; and who may not."""

from __future__ import annotations

import html
import io
import re
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from tests.builders import Office
from tests.pictures import jpeg
from tests.server.api.tus_wire import Tus, records_photo
from tests.server.pages.scene import NASTY, Desk, Scene, scene_of


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An issued inspection with a photo on its paper."""
    found = scene_of(office, client, issued=False)
    data = jpeg(size=(800, 600))
    Tus(client, found.kit).send(data, records_photo(office, found.site, data, finding_id=found.site.finding_id("FU11")))
    found.issues()
    return found


@pytest.fixture
def clerk(scene: Scene) -> Desk:
    """Văn thư, signed in."""
    return Desk(scene.office.app.test_client()).signs_in(scene.office.hires("clerk", "Vũ Thị Văn Thư"))


def sends(desk: Desk, page: str, action: str, **given: Any) -> Any:
    """Send a form with all its hidden fields, also those of one name, and what is given."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form, action
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]):
        fields.setdefault(name, []).append(html.unescape(value))
    return desk.client.post(action, data={**fields, **given})


def pages(desk: Desk, path: str) -> list[str]:
    answer = desk.client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "application/pdf"
    return [page.extract_text() or "" for page in PdfReader(io.BytesIO(answer.data)).pages]


def begins(desk: Desk, paper: str, **given: Any) -> str:
    """Send one paper to the printer; return the batch's page."""
    page = desk.opens(f"/printing/new?paper={paper}")
    answer = sends(desk, page, "/printing/batches", **{"copies": "2", **given})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def test_a_clerk_prints_what_waits_and_again_only_with_a_reason(scene: Scene, clerk: Desk) -> None:
    page = clerk.opens("/printing")
    assert "01/BB-ĐKT" in page
    asked = sends(clerk, page, "/printing/new", all="1")
    assert asked.status_code == 200
    answer = sends(clerk, asked.get_data(as_text=True), "/printing/batches", copies="2", photos="1")
    assert answer.status_code == 303
    path = answer.headers["Location"]
    assert "Vũ Thị Văn Thư đang in" in clerk.opens("/printing")
    found = pages(clerk, f"{path}/papers.pdf")
    assert sum("BIÊN BẢN" in text for text in found) >= 2, "both copies are in the file"
    assert "Ảnh 1." in "".join(pages(clerk, f"{path}/photos.pdf"))
    assert sends(clerk, clerk.opens(path), f"{path}/finish", printed=[scene.minutes_id]).status_code == 303
    assert "Đã ghi sổ: in xong 1 văn bản." in clerk.opens(path)
    assert "Không còn văn bản nào chờ in" in clerk.opens("/printing")

    again = clerk.opens(f"/printing/new?paper={scene.minutes_id}")
    assert "Lý do in lại (1 văn bản" in again
    refused = sends(clerk, again, "/printing/batches", copies="1", reason=" ")
    assert refused.status_code == 400
    assert "Phải ghi lý do in lại: 01/BB-ĐKT" in refused.get_data(as_text=True)
    path = begins(clerk, scene.minutes_id, copies="1", reason=NASTY)
    sends(clerk, clerk.opens(path), f"{path}/finish", printed=[scene.minutes_id])
    log = clerk.opens("/printing/log")
    assert html.escape(NASTY, quote=False).split("{{")[0] in log.replace("&#39;", "'")
    assert "<script>alert" not in log
    assert "2 lượt in" in log
    assert "1 lượt in" in clerk.opens("/printing/log?again=on")
    exported = clerk.client.get("/printing/log?export=csv")
    assert exported.status_code == 200
    assert exported.get_data(as_text=True).count("01/BB-ĐKT") == 2


def test_what_failed_waits_on(scene: Scene, clerk: Desk) -> None:
    path = begins(clerk, scene.minutes_id)
    assert sends(clerk, clerk.opens(path), f"{path}/finish", printed=[scene.minutes_id], failed="1").status_code == 303
    assert "In lỗi" in clerk.opens(path)
    assert "01/BB-ĐKT" in clerk.opens("/printing")


def test_two_clerks_see_each_other(scene: Scene, clerk: Desk) -> None:
    other = Desk(scene.office.app.test_client()).signs_in(scene.office.hires("clerk", "Đỗ Văn Hai"))
    mine, theirs = begins(clerk, scene.minutes_id), begins(other, scene.minutes_id)
    sends(other, other.opens(theirs), f"{theirs}/finish", printed=[scene.minutes_id])
    refused = sends(clerk, clerk.opens(mine), f"{mine}/finish", printed=[scene.minutes_id])
    assert refused.status_code == 409
    assert "Đỗ Văn Hai" in refused.get_data(as_text=True)
    assert (
        sends(clerk, clerk.opens(mine), f"{mine}/finish", printed=[scene.minutes_id], reason="In trùng").status_code
        == 303
    )


def test_printed_at_the_site(scene: Scene, clerk: Desk) -> None:
    page = clerk.opens("/printing")
    asked = sends(clerk, page, "/printing/new", paper=[scene.minutes_id])
    assert asked.status_code == 200
    csrf = re.findall('csrf_token" value="([^"]+)', page)[0]
    asked = clerk.client.post("/printing/elsewhere", data={"csrf_token": csrf, "paper": scene.minutes_id})
    text = asked.get_data(as_text=True)
    assert "Đã in tại hiện trường?" in text
    assert sends(clerk, text, "/printing/elsewhere", reason=" ").status_code == 400
    assert sends(clerk, text, "/printing/elsewhere", reason="Đoàn in, ký tại cơ sở").status_code == 303
    assert "In tại hiện trường" in clerk.opens("/printing/log")


def test_a_paper_voided_on_its_way_is_not_printed(scene: Scene, clerk: Desk) -> None:
    path = begins(clerk, scene.minutes_id)
    supervisor = Desk(scene.office.app.test_client()).signs_in(scene.supervisor)
    named = next(iter(re.findall(r"/numbers/papers\?[^\"]+", supervisor.opens("/numbers"))), None)
    year = re.findall(r"Sổ số BB-ĐKT, năm (\d+)", supervisor.opens("/numbers"))[0]
    page = supervisor.opens(html.unescape(named) if named else f"/numbers/papers?series=BB-ĐKT&year={year}&number=1")
    action = f"/numbers/papers/{scene.minutes_id}/void"
    assert supervisor.sends(page, action, reason="Nhầm cơ sở", confirm="1").status_code == 303
    assert clerk.client.get(f"{path}/papers.pdf").status_code == 409
    assert clerk.client.get(f"/printing/new?paper={scene.minutes_id}").status_code == 409


def test_bad_addresses_get_a_page(clerk: Desk) -> None:
    nobody = uuid4()
    many = "&".join(f"paper={uuid4()}" for _ in range(101))
    for path, status in (
        ("/printing/new", 400), ("/printing/new?paper=x", 400), (f"/printing/new?paper={nobody}", 404),
        (f"/printing/new?{many}", 400), (f"/printing/batches/{nobody}", 404), (f"/printing/batches/{nobody}/papers.pdf", 404),
        (f"/printing/batches/{nobody}/photos.pdf", 404), (f"/printing/papers/{nobody}/photos.pdf", 404),
        ("/printing?on=2026-13-40&page=-1&campaign='&form=<b>&series=%F0%9F%98%80&origin=x", 200),
        ("/printing/log?first=x&last=9999-12-31&outcome=x&page=99999999999", 200), ("/printing?q=" + "a%25" * 300, 200),
    ):  # fmt: skip
        answer = clerk.client.get(path)
        assert answer.status_code == status, path
        assert 'lang="vi"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("role", ["inspector", "team_leader"])
def test_inspectors_do_not_print_here(scene: Scene, role: str) -> None:
    desk = Desk(scene.office.app.test_client()).signs_in(scene.office.hires(role, "Lê Kiểm Tra"))
    for path in (
        "/printing",
        f"/printing/new?paper={scene.minutes_id}",
        "/printing/log",
        f"/printing/papers/{scene.minutes_id}/photos.pdf",
    ):
        assert desk.client.get(path).status_code == 403, path
    assert 'href="/printing"' not in desk.opens("/")
