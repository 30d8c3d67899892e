"""Remarks about findings: journalled in the office, seen by the team only where a return carries them."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.db.documents import Document
from server.db.journal import JournalEntry
from server.extensions import db
from server.services import journal
from server.services.review_remarks import KIND, SCOPE
from tests.builders import Office
from tests.server.pages.scene import NASTY, Desk, Scene, scene_of


@pytest.fixture
def scene(office: Office, client: FlaskClient) -> Scene:
    """An issued inspection."""
    return scene_of(office, client)


@pytest.fixture
def desk(scene: Scene) -> Desk:
    """Its supervisor, signed in."""
    return Desk(scene.office.app.test_client()).signs_in(scene.supervisor)


def says(desk: Desk, scene: Scene, text: str, finding: str | None = None) -> Any:
    """Write a remark about FU11, or about another finding."""
    wanted = finding or scene.site.finding_id("FU11")
    return desk.sends(desk.opens(scene.path), f"{scene.path}/remarks", finding=wanted, text=text)


def remarks_of(scene: Scene) -> list[dict[str, Any]]:
    """What is kept."""
    with scene.office.app.app_context():
        return [d.state for d in db.session().scalars(select(Document).where(Document.kind == KIND))]


def test_a_remark_is_journalled_with_its_author_and_no_tablet_sees_it(scene: Scene, desk: Desk) -> None:
    id = scene.site.finding_id("FU11")
    answer = says(desk, scene, f"Cần ảnh rõ hơn\r\n{NASTY}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{scene.path}#finding-{id}")
    (kept,) = remarks_of(scene)
    assert (kept["finding_id"], kept["by"], kept["withdrawn"]) == (id, scene.supervisor.id, None)
    page = desk.opens(scene.path)
    assert "Cần ảnh rõ hơn" in page
    assert "<script>alert(1)" not in page
    with scene.office.app.app_context():
        texts = db.session().scalars(select(JournalEntry.entry).where(JournalEntry.scope == SCOPE))
        (entry,) = [json.loads(text) for text in texts]
        assert (entry["actor"], entry["device"], entry["kind"]) == (scene.supervisor.id, None, KIND)
        assert journal.verify(db.session()).is_whole
    scene.tablet.pull()
    assert not [key for key in scene.tablet.documents if key[0] == KIND]
    assert "Cần ảnh rõ hơn" not in Desk(scene.office.app.test_client()).signs_in(scene.member).opens(scene.path)


def test_a_return_begins_with_what_was_said_and_then_reaches_the_tablet(scene: Scene, desk: Desk) -> None:
    id = scene.site.finding_id("FU11")
    says(desk, scene, "Cần ảnh rõ hơn")
    page = desk.opens(scene.path)
    assert re.search(rf'name="remark-{id}"[^>]*>Cần ảnh rõ hơn</textarea>', page)
    asked = desk.sends(
        page, f"{scene.path}/review", decision="returned", finding=[id], **{f"remark-{id}": "Cần ảnh rõ hơn"}
    )
    assert desk.sends(asked.get_data(as_text=True), f"{scene.path}/review").status_code == 303
    scene.tablet.pull()
    review = scene.tablet.documents["inspection", scene.site.inspection]["state"]["review"]
    assert review["items"] == [{"finding_id": id, "remark": "Cần ảnh rõ hơn"}]


def test_a_remark_taken_back_stays_to_be_read(scene: Scene, desk: Desk) -> None:
    says(desk, scene, "Sai mục")
    page = desk.opens(scene.path)
    (action,) = re.findall(r'action="([^"]+/withdrawal)"', page)
    for _ in range(2):
        assert desk.sends(page, action).status_code == 303
    page = desk.opens(scene.path)
    assert "Sai mục" in page
    assert "Nguyễn Thanh Bình đã rút lại" in page
    assert "withdrawal" not in page
    assert not re.search(r">Sai mục</textarea>", page)


def test_sending_twice_writes_once(scene: Scene, desk: Desk) -> None:
    for _ in range(3):
        assert says(desk, scene, "Một lần").status_code == 303
    assert len(remarks_of(scene)) == 1


def test_bad_forms_write_nothing(scene: Scene, desk: Desk) -> None:
    for text, finding, status in (("", None, 400), (" \n\t", None, 400), ("x" * 4001, None, 400), ("x", str(uuid4()), 404),
                                  ("x", "' OR 1=1", 404)):  # fmt: skip
        assert says(desk, scene, text, finding).status_code == status
    page = desk.opens(scene.path)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    forged = f"{scene.path}/remarks/{uuid4()}/withdrawal"
    assert desk.client.post(forged, data={"csrf_token": token}).status_code == 404
    assert remarks_of(scene) == []
