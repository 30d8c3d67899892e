"""Acceptance 19: a tablet whose clock is five years off, another that was stolen and is found again, and enrolment codes."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db.devices import EnrolmentCode
from server.db.documents import Document
from server.db.journal import JournalEntry
from server.db.sync import Quarantine
from server.demo.link import Refused
from server.demo.tablet import Tablet
from server.services import enrolments, minutes
from sync import seal
from sync.clock import judge_clock
from sync.paper_words import VIETNAM
from tests.builders import Office
from tests.journeys.field import FINAL, SERIES, department, inside, now, paper_of, qr, team_of
from tests.server.pages.scene import Desk

FIVE_YEARS = timedelta(days=5 * 365)


@pytest.mark.parametrize("off", [-FIVE_YEARS, FIVE_YEARS], ids=["behind", "ahead"])
def test_acceptance_19_a_clock_five_years_off(office: Office, database: Session, off: timedelta) -> None:
    """The skew that the last contact proved is shown beside the time; what the server times is its own clock's."""
    team = team_of(department(office), 1)
    tablet = team.tablet(clock=lambda: now() + off)
    (inspection,) = team.inspections
    tablet.leases_numbers(SERIES, now().year, 1)
    paper = team.finishes(tablet, inspection)
    for op in tablet.outbox:
        op["clock"] = {"boot": "b", "mono_ms": 1, "offset_ms": -int(off.total_seconds() * 1000), "offset_age_s": 60}
    before = now()
    assert {result["status"] for result in tablet.pushes()} <= FINAL

    entries = database.scalars(select(JournalEntry.entry).where(JournalEntry.op_id.is_not(None)))
    for entry in map(json.loads, entries):
        received = datetime.fromisoformat(entry["received_at"])
        assert before <= received <= now()
        evidence = judge_clock(entry["at"], entry["clock"], received)
        assert (evidence.proven, evidence.flags, evidence.trusted) == (True, ("skewed",), False)
        assert evidence.corrected is not None
        assert abs(evidence.corrected - received) < timedelta(minutes=1)
    desk = Desk(office.app.test_client()).signs_in(office.hires("supervisor", "Nguyễn Thanh Bình"))
    minutes_off, year = -off // timedelta(minutes=1), (now() + off).astimezone(VIETNAM).year
    page = re.sub(r"\s+", " ", desk.opens(f"/inspections/{inspection}/history"))
    assert page.count(f"đồng hồ máy lệch {minutes_off} phút") == 3

    tablet.pulls()
    said = [warning["detail"] for warning in paper_of(tablet, paper)["warnings"] if warning["code"] != "missing_answer"]
    assert said == [
        f"Đồng hồ máy tính bảng lệch {minutes_off} phút so với máy chủ: không tính thời hạn theo ngày giờ ghi trên biên bản.",
        f"Biên bản ghi năm {year} nhưng lấy số của sổ năm {now().year}.",
    ]
    page = desk.opens(f"/inspections/{inspection}")
    assert all(words in page for words in said)


def test_acceptance_19_a_stolen_tablet_stops_and_is_found(
    office: Office, client: FlaskClient, database: Session
) -> None:
    team = team_of(department(office), 3)
    tablet, year = team.tablet(), now().year
    tablet.leases_numbers(SERIES, year, 5)
    tablet.now = lambda: now() - timedelta(minutes=1)  # well before the cut-off: seals count whole seconds
    honest = team.finishes(tablet, team.inspections[0])
    assert {result["status"] for result in tablet.pushes()} <= FINAL
    team.inspects(tablet, team.inspections[1])

    desk = Desk(office.app.test_client()).signs_in(office.hires("supervisor", "Nguyễn Thanh Bình"))
    path = f"/tablets/{tablet.device['id']}/revoke"
    assert desk.sends(desk.opens(path), path, reason="Mất cắp ở chợ").status_code == 303
    tablet.now = lambda: now() + timedelta(minutes=1)  # and after it
    forged = team.issues(tablet, team.inspections[1])

    for asks in (tablet.says_hello, tablet.pulls, lambda: tablet.leases_numbers(SERIES, year, 5)):
        with pytest.raises(Refused, match="thu hồi") as refused:
            asks()
        assert refused.value.status == 403
    keys = client.get("/.well-known/minutes-keys.json").get_data()
    codes = [qr(paper_of(tablet, id)["cose"]) for id in (honest, forged)]
    assert [seal.verify_offline(code, keys).outcome for code in codes] == [seal.Outcome.VALID, seal.Outcome.REVOKED_KEY]
    assert [minutes.look_up(database, code, now()).outcome for code in codes] == ["genuine", "revoked_key"]
    assert "Khóa đã bị thu hồi" in client.get(f"/M/{codes[1].rsplit('/', 1)[-1]}").get_data(as_text=True)

    sent = list(tablet.outbox)  # found in a drawer a month later: what it holds is delivered, and waits
    assert {(r["status"], r["code"]) for r in tablet.pushes()} == {("quarantined", "revoked_device")}
    database.rollback()
    rows = database.scalars(select(Quarantine).order_by(Quarantine.device_seq)).all()
    assert [json.loads(row.raw) for row in rows] == sent
    assert database.get(Document, ("minutes", forged)) is None
    listed = desk.opens(f"/quarantine/tablets/{tablet.device['id']}")
    assert f"{len(sent)} thao tác" in listed


def test_acceptance_19_a_code_works_once_expires_and_holds_no_secret(office: Office, database: Session) -> None:
    department(office)
    person = office.hires("inspector", "Lê Thị Thành Viên")

    def code(at: datetime) -> str:
        with office.transaction() as session:
            user = enrolments.user_with_id(session, person.id)
            made = enrolments.make_code(session, user, public_url="https://kiemtra.bacninh.gov.vn", now=at)
            assert made.url == f"https://kiemtra.bacninh.gov.vn/app/#enrol={made.code}", "the QR holds the code alone"
            return made.code

    good, old = code(now()), code(now() - enrolments.LIFETIME - timedelta(seconds=1))
    stored = str([list(row) for row in database.execute(select(EnrolmentCode.__table__))])
    assert good not in stored
    first = Tablet(inside(office.app), now)
    first.enrols(good, "Máy 01")
    first.says_hello()
    assert first.token not in good
    for spent in (good, old):
        with pytest.raises(Refused) as refused:
            Tablet(inside(office.app), now).enrols(spent, "Máy 02")
        assert refused.value.status == 410
