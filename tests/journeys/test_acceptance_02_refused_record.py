"""Acceptance 2: the server refuses one record of thirty; the others are taken, the refused one stays whole with its reason."""

from __future__ import annotations

import html
import json

from sqlalchemy import select

from server.app import create_app
from server.db.documents import Document
from server.db.sync import Quarantine
from server.settings import Settings
from sync.operations import digest
from tests.builders import Office
from tests.journeys.field import FINAL, department, team_of
from tests.server.pages.scene import Desk

COUNT, BAD = 30, 13


def test_acceptance_2_the_tablet_knows_what_was_refused(office: Office, settings: Settings) -> None:
    team = team_of(department(office), 1)
    supervisor = office.hires("supervisor", "Nguyễn Thanh Bình")
    tablet = team.tablet()
    (inspection,) = team.inspections
    pin = {name: team.lists[0][name] for name in ("code", "version", "sha256")}
    for n in range(COUNT):
        values = {"number": 5} if n == BAD else {"number": f"{n}/GCN"}
        tablet.answers(inspection, pin, "FU02", "conforming", ordinal=n, values=values, rows=[],
                       note="Đã đối chiếu bản gốc", photo_ids=[])  # fmt: skip
    sent = list(tablet.outbox)
    results = tablet.pushes()
    assert [n for n, result in enumerate(results) if result["status"] not in FINAL] == [BAD]
    refused = results[BAD]
    assert (refused["op_id"], refused["status"]) == (sent[BAD]["op_id"], "quarantined")
    assert "giá trị đo phải là chuỗi" in refused["detail"]

    again = create_app(settings)  # the server was started anew meanwhile
    with Office(again).transaction() as session:
        (row,) = session.scalars(select(Quarantine))
        findings = session.scalars(select(Document.id).where(Document.kind == "finding")).all()
        assert set(findings) == {op["id"] for op in sent if op is not sent[BAD]}
        assert (json.loads(row.raw), row.detail, row.op_id) == (sent[BAD], refused["detail"], refused["op_id"])
        id = row.id
    desk = Desk(again.test_client()).signs_in(supervisor)
    page = html.unescape(desk.opens(f"/quarantine/{id}"))
    for said in (refused["detail"], "Đã đối chiếu bản gốc", digest(sent[BAD]), "Trần Văn Trưởng"):
        assert said in page, said
    file = desk.client.get(f"/quarantine/{id}/raw")
    assert (file.get_json(), "attachment" in file.headers["Content-Disposition"]) == (sent[BAD], True)

    tablet.outbox = sent  # a tablet that forgot the answers asks again
    assert tablet.pushes() == [{**result, "replay": True} for result in results]
    with office.transaction() as session:
        assert len(session.scalars(select(Quarantine)).all()) == 1
