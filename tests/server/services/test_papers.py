"""Blank paper keyed in later, papers whose tablet is lost, and what the public page says of odd codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from server.db.devices import Device, SigningKey
from server.errors import Problem
from server.printing.minutes import render
from server.security.keys import server_key
from server.services import minutes, numbers, papers
from server.settings import Settings
from sync import seal
from tests.builders import Kit, Office
from tests.server.services.test_minutes import NOW, Desk, desk, qr_of

__all__ = ["desk"]
HOST = "kiemtra.bacninh.gov.vn"
WRITTEN = NOW - timedelta(days=1)


def photographs_the_pages(desk: Desk, status: str = "complete") -> None:
    """The signed pages, photographed."""
    scope = f"campaign:{campaign_of(desk)}"
    state = {"inspection_id": desk.inspection, "finding_id": None, "purpose": "signed_paper", "sha256": "0" * 64, "size": 1,
             "media_type": "image/jpeg", "taken_at": NOW.isoformat(), "status": status}  # fmt: skip
    desk.office.records("photo", scope, state, parent=desk.inspection)


def campaign_of(desk: Desk) -> str:
    with desk.office.transaction() as session:
        return str(minutes.existing(session, "inspection", desk.inspection).parent)


def keys_in(desk: Desk, number: int, at: datetime = WRITTEN) -> str:
    with desk.office.transaction() as session:
        return papers.key_in(session, desk.inspection, "inspection", number=number, written_at=at, actor=desk.leader.id,
                             key=server_key(desk.settings.instance), now=NOW)  # fmt: skip


def reserves(desk: Desk, count: int = 3) -> tuple[int, int]:
    with desk.office.transaction() as session:
        return numbers.reserve(session, "BB-ĐKT", 2026, count, "Đoàn kiểm tra xăng dầu, biên bản in sẵn", NOW)


class TestBlankPaper:
    def test_is_keyed_in_under_its_reserved_number(self, desk: Desk, session: Session) -> None:
        assert reserves(desk) == (1, 3)
        photographs_the_pages(desk)
        id = keys_in(desk, 2)
        rows = numbers.register(session, "BB-ĐKT", 2026)
        assert [(r.status, r.source) for r in rows] == [
            ("reserved", "paper"),
            ("issued", "paper"),
            ("reserved", "paper"),
        ]
        state = minutes.as_issued(session, id)
        assert (state["source"], state["number"], state["issued_at"]) == (
            "paper",
            2,
            WRITTEN.isoformat(timespec="seconds"),
        )
        assert json.loads(state["canonical"])["number"]["text"] == "02/BB-ĐKT"
        found = minutes.look_up(session, qr_of(session, id), NOW)
        assert (found.outcome, found.register) == ("genuine", "registered")

    @pytest.mark.parametrize("number", [2, 9])
    def test_a_number_is_used_once_and_only_if_reserved(self, desk: Desk, number: int) -> None:
        reserves(desk)
        photographs_the_pages(desk)
        keys_in(desk, 2)
        with pytest.raises(Problem, match="không phải số dành"):
            keys_in(desk, number)

    @pytest.mark.parametrize("status", [None, "expected"])
    def test_without_photos_of_the_signed_pages_it_is_refused(self, desk: Desk, status: str | None) -> None:
        reserves(desk)
        if status is not None:
            photographs_the_pages(desk, status)
        with pytest.raises(Problem, match="ảnh các trang"):
            keys_in(desk, 1)

    def test_a_time_to_come_is_refused(self, desk: Desk) -> None:
        reserves(desk)
        photographs_the_pages(desk)
        with pytest.raises(Problem, match="tương lai"):
            keys_in(desk, 1, NOW + timedelta(hours=1))

    def test_what_was_not_used_is_voided_with_a_reason_and_never_leased(self, desk: Desk, session: Session) -> None:
        reserves(desk, 2)
        with desk.office.transaction() as writing:
            numbers.void(writing, "BB-ĐKT", 2026, 1, "Rách", NOW)
        desk.issues()
        assert [r.status for r in numbers.register(session, "BB-ĐKT", 2026)] == ["void", "reserved", "issued"]


@pytest.fixture
def kit(desk: Desk) -> Kit:
    """A tablet with numbers 1 to 5."""
    kit = desk.office.enrols(desk.leader)
    with desk.office.transaction() as session:
        device = session.get_one(Device, kit.device_id)
        numbers.grant(session, device, "BB-ĐKT", 2026, 5, NOW)
    return kit


def code(kit: Kit, number: int, text: str = "{}", at: datetime = NOW) -> str:
    """The QR of a paper that never reached the server."""
    claims = seal.Claims(series="BB-ĐKT", year=2026, number=number, issued_at=int(at.timestamp()), sha256=seal.digest(text),
                         establishment="0192f0c1-2b3c-7d4e-8f50-000000000700")  # fmt: skip
    return seal.qr_text(HOST, seal.seal(claims, kit.key))


def registers(office: Office, qr: str, reason: str = "Máy rơi xuống hồ, bản giấy ở đoàn") -> str:
    with office.transaction() as session:
        return papers.register_lost(session, qr, reason, NOW)


class TestLostTablet:
    """Acceptance 9: from the paper alone."""

    def test_the_paper_enters_the_register_from_its_qr(self, desk: Desk, kit: Kit, session: Session) -> None:
        assert registers(desk.office, code(kit, 2)) == "02/BB-ĐKT"
        row = numbers.register(session, "BB-ĐKT", 2026)[1]
        assert (row.status, row.reason) == ("lost", "Máy rơi xuống hồ, bản giấy ở đoàn")
        found = minutes.look_up(session, code(kit, 2), NOW)
        assert (found.outcome, found.register) == ("genuine", "lost")
        assert minutes.look_up(session, code(kit, 2, "[]"), NOW).register == "not_yet"

    def test_its_number_is_not_given_out_or_voided_again(self, desk: Desk, kit: Kit) -> None:
        registers(desk.office, code(kit, 2))
        with pytest.raises(Problem, match="đã có trong sổ"):
            registers(desk.office, code(kit, 2))
        with pytest.raises(Problem, match="đã phát hành"), desk.office.transaction() as session:
            numbers.void(session, "BB-ĐKT", 2026, 2, "Thử", NOW)
        with desk.office.transaction() as session:
            device = session.get_one(Device, kit.device_id)
            lease = numbers.of_device(session, kit.device_id)[0]
            assert numbers.give_back(session, lease.id, device, None, NOW) == [1, 3, 4, 5]

    @pytest.mark.parametrize(
        ("number", "reason", "said"),
        [(9, "Mất máy", "dải số"), (2, "  ", "lý do")],
        ids=["not of its lease", "no reason"],
    )
    def test_is_refused(self, desk: Desk, kit: Kit, number: int, reason: str, said: str) -> None:
        with pytest.raises(Problem, match=said):
            registers(desk.office, code(kit, number), reason)

    def test_of_another_key_or_changed_is_refused(self, desk: Desk, kit: Kit) -> None:
        other = desk.office.enrols(desk.leader, "Máy khác")
        with pytest.raises(Problem, match="dải số"):
            registers(desk.office, code(other, 2))
        good = code(kit, 2)
        with pytest.raises(Problem, match=r"không đúng|không đọc|không phải|thiếu"):
            registers(desk.office, good[:-9] + ("A" if good[-9] != "A" else "B") + good[-8:])

    def test_signed_after_the_key_was_revoked_is_refused(self, desk: Desk, kit: Kit, session: Session) -> None:
        with desk.office.transaction() as writing:
            key = writing.get_one(SigningKey, seal.key_id(kit.key.public_key().public_bytes_raw()).hex())
            key.revoked_at = NOW
        with pytest.raises(Problem, match="thu hồi"):
            registers(desk.office, code(kit, 2))
        assert registers(desk.office, code(kit, 3, at=NOW - timedelta(hours=1))) == "03/BB-ĐKT"
        assert minutes.look_up(session, code(kit, 2), NOW).outcome == "revoked_key"


class TestPublicPage:
    @pytest.mark.parametrize("payload", ["A" * 10_240, "%00", "..%2F..", "é", "0189!", "<script>"])
    def test_garbage_is_answered_calmly(self, client: FlaskClient, payload: str) -> None:
        for path in (f"/m/{payload}", f"/M/{payload}"):
            answer = client.get(path)
            assert answer.status_code in {200, 404, 414}
            assert "✓" not in answer.get_data(as_text=True)
            assert "<script>" not in answer.get_data(as_text=True)

    def test_head_answers_as_get_does(self, desk: Desk, session: Session, client: FlaskClient) -> None:
        payload = qr_of(session, desk.issues()).rsplit("/", 1)[-1]
        assert client.head(f"/M/{payload}").status_code == client.head(f"/m/{payload.lower()}").status_code == 200

    def test_a_time_to_come_and_a_revoked_key_are_said(self, desk: Desk, kit: Kit, client: FlaskClient) -> None:
        ahead = code(kit, 2, at=datetime.now(UTC) + timedelta(days=400)).rsplit("/", 1)[-1]
        assert "chưa tới" in client.get(f"/M/{ahead}").get_data(as_text=True)
        with desk.office.transaction() as session:
            key = session.get_one(SigningKey, seal.key_id(kit.key.public_key().public_bytes_raw()).hex())
            key.revoked_at = NOW
        assert "Khóa đã bị thu hồi" in client.get(f"/M/{ahead}").get_data(as_text=True)

    def test_void_says_why(self, desk: Desk, session: Session, client: FlaskClient) -> None:
        id = desk.issues()
        desk.voids(id, "In hỏng")
        page = client.get(f"/M/{qr_of(session, id).rsplit('/', 1)[-1]}").get_data(as_text=True)
        assert "Đã hủy" in page
        assert "In hỏng" in page

    def test_the_key_list_has_an_etag(self, desk: Desk, client: FlaskClient) -> None:
        desk.issues()
        first = client.get("/.well-known/minutes-keys.json")
        again = client.get("/.well-known/minutes-keys.json", headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")
        assert "max-age" in first.headers["Cache-Control"]


class TestCommands:
    def test_a_pdf_of_the_archive_verifies_offline(
        self, desk: Desk, session: Session, settings: Settings, tmp_path: Path
    ) -> None:
        id = desk.issues()
        keys = tmp_path / "keys.json"
        keys.write_text(json.dumps(minutes.keys_document(session, NOW)))
        run = desk.office.app.test_cli_runner().invoke
        made = run(args=["minutes", "pdf", id, "--twin", "--out", str(tmp_path / "bb.pdf")])
        assert made.exit_code == 0, made.output
        verify = ["minutes", "verify", str(tmp_path / "bb.pdf"), "--keys", str(keys), "--json"]
        found = run(args=verify)
        assert found.exit_code == 0, found.output
        said = json.loads(found.output)
        assert (said["outcome"], said["content_checked"], said["pages_identical"]) == ("valid", True, True)
        _, plain = minutes.pdf(session, id, render, host=settings.public_host)
        (tmp_path / "bb.pdf").write_bytes(plain)
        refused = run(args=verify)
        assert refused.exit_code == 1
        assert "PDF/A-3" in refused.stderr

    def test_superseded_void_and_unknown_exit_with_one(self, desk: Desk, session: Session, tmp_path: Path) -> None:
        first = desk.issues()
        second = desk.issues("amendment", amends=first)
        desk.voids(second, "Ghi nhầm")
        session.rollback()
        third = desk.issues("amendment", amends=first)
        session.rollback()
        keys = tmp_path / "keys.json"
        keys.write_text(json.dumps(minutes.keys_document(session, NOW)))
        run = desk.office.app.test_cli_runner().invoke
        for id, outcome, status in ((first, "superseded", 1), (second, "void", 1), (third, "valid", 0)):
            found = run(args=["minutes", "verify", qr_of(session, id), "--keys", str(keys), "--json"])
            assert (json.loads(found.output)["outcome"], found.exit_code) == (outcome, status)
        assert "24/11/2026" in json.loads(found.output)["message"]
        assert run(args=["minutes", "verify"]).exit_code == 2

    def test_reserve_key_in_and_register_paper(self, desk: Desk, kit: Kit, session: Session) -> None:
        run = desk.office.app.test_cli_runner().invoke
        made = run(args=["minutes", "register-paper", code(kit, 4), "--reason", "Mất máy", "--json"])
        assert json.loads(made.output) == {"number": "04/BB-ĐKT", "status": "lost"}
        again = run(args=["minutes", "register-paper", code(kit, 4), "--reason", "Mất máy"])
        assert again.exit_code == 1
        numbered = run(args=["numbers", "reserve", "--series", "BB-ĐKT", "--year", "2026", "--count", "2", "--purpose", "Đoàn 1",
                             "--json"])  # fmt: skip
        assert (json.loads(numbered.output)["from"], json.loads(numbered.output)["to"]) == (6, 7)
        photographs_the_pages(desk)
        keyed = run(args=["minutes", "key-in", desk.inspection, "--number", "6", "--written-at", WRITTEN.isoformat(), "--by",
                          desk.leader.id, "--json"])  # fmt: skip
        assert keyed.exit_code == 0, keyed.output
        shown = run(args=["numbers", "register", "--series", "BB-ĐKT", "--year", "2026"]).output
        for words in ("Có bản giấy, mất dữ liệu", "Dành cho bản in sẵn", "bản giấy", "Số không rõ: không có"):
            assert words in shown


def test_a_void_amendment_leaves_the_first_in_force(desk: Desk, session: Session) -> None:
    first = desk.issues()
    desk.voids(desk.issues("amendment", amends=first), "Ghi nhầm")
    session.rollback()
    assert minutes.as_issued(session, first)["status"] == "issued"
