"""A market day's department: a verification team with its campaign, standards, prices, marks; owners who were here last year."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from server.db import engine
from server.db.users import User
from server.services import campaigns, establishments, ledger, mark_book, organisations, prices
from server.services.creation import SYSTEM
from tests.browser.day.department import LEADER, Department

AREA = "07375"
PLACE = "Chợ Vôi"
RECORDS, CERTIFICATES = "BB-KĐC", "GCN-KĐC"
LAN = {"name": "Nguyễn Thị Lan (DEMO)", "phone": "0912 345 678", "address": "Quầy 12 chợ Vôi"}
PROCEDURES = ("30-2019", "343-2020", "other")


@dataclass
class Market:
    """What the office prepared before the team left."""

    department: Department
    organisation: str = ""
    campaign: str = ""
    lan: str = ""
    scales: list[str] = field(default_factory=list)

    @classmethod
    def prepared(cls, department: Department, *, team: tuple[str, ...] = (LEADER,)) -> Market:
        """Write it into the database of a department that is not serving."""
        market, now = cls(department), datetime.now(UTC)
        with _writing(department) as session:
            market.organisation = organisations.register(
                session, _CENTRE, basis="Quyết định số 04/QĐ-DEMO", actor=SYSTEM, at=now
            )
            market._owner(session, now)
            market.campaign = campaigns.create(
                session, market._campaign(session, team, now.date()), actor=SYSTEM, at=now
            )
            _prices(session, now)
            _marks(session, market.organisation, now)
        return market

    def _campaign(self, session: Session, team: tuple[str, ...], today: date) -> dict[str, Any]:
        people = {user.username: user for user in session.scalars(select(User).where(User.username.in_(team)))}
        return {
            "code": "KDLD-01", "title": "Kiểm định lưu động tại chợ", "kind": "kiem_dinh_luu_dong", "programme_activity": None,
            "checklists": ["mobile-verification"], "starts_on": today.isoformat(), "ends_on": today.replace(month=12, day=31).isoformat(),
            "organisation_id": self.organisation, "establishment_ids": [self.lan],
            "decision": {"number": "12/QĐ-TTKĐ", "date": today.isoformat(), "signer": "Phạm Đức Long", "title": "Giám đốc", "trigger": "plan",
                         "duration_days": 30, "scope": "Kiểm định phương tiện đo nhóm 2 tại chợ", "basis": ["Luật Đo lường số 04/2011/QH13"]},
            "team": [
                {"user_id": people[name].id, "name": people[name].full_name, "title": people[name].title, "agency": "Trung tâm Kiểm định",
                 "role": "verifier" if n else "leader", "procedures": list(PROCEDURES),
                 "certificate": {"number": f"KĐV-{n + 1:03d}", "valid_to": "2030-12-31"}}
                for n, name in enumerate(team)
            ],
        }  # fmt: skip

    def _owner(self, session: Session, now: datetime) -> None:
        state: dict[str, Any] = {**LAN, "tax_code": "", "operator_id": None, "area_code": AREA, "representative": {"name": "", "title": ""}, "lat": None, "lon": None,
                 "business_lines": []}  # fmt: skip
        owner = establishments.establishment_change(state, actor=SYSTEM)
        scales = [
            establishments.instrument_change({"establishment_id": owner.id, **scale}, AREA, actor=SYSTEM)
            for scale in _SCALES
        ]
        ledger.record(session, [owner, *scales], now)
        self.lan, self.scales = owner.id, [scale.id for scale in scales]


_CENTRE = {
    "name": "Trung tâm Kiểm định chợ (DEMO)", "parent_name": "SỞ KHOA HỌC VÀ CÔNG NGHỆ BẮC GIANG", "place": "Bắc Giang",
    "letterhead": ["SỞ KHOA HỌC VÀ CÔNG NGHỆ BẮC GIANG", "TRUNG TÂM KIỂM ĐỊNH"],
    "series": [{"series": RECORDS, "symbol": RECORDS, "form": "verification_record"}, {"series": CERTIFICATES, "symbol": CERTIFICATES, "form": "verification_certificate"}],
    "signers": [{"name": "Phạm Đức Long (DEMO)", "title": "Giám đốc Trung tâm"}], "valid_from": "2021-01-01", "valid_to": None,
}  # fmt: skip
_SCALES = [
    {"type": "weighing_instrument", "maker": "Nhơn Hòa", "model": "NHS-30", "serial": serial, "year": None, "verified_until": "2026-10-31",
     "mark_serial": mark, "certificate_number": number, "new_price": None, "attributes": {"max": "30", "e": "0.1", "accuracy_class": "III", "unit": "kg"}}
    for serial, mark, number in (("NH30-001", "25A000101", "101/GCN-KĐ"), ("NH30-002", "25A000102", "102/GCN-KĐ"))
]  # fmt: skip


def _prices(session: Session, now: datetime) -> None:
    row = {"instrument_type": "weighing_instrument", "text": "Cân đồng hồ lò xo đến 60 kg", "amount": "50000", "basis": "Thông báo giá 01/TB-TTKĐ",
           "valid_from": "2026-01-01", "valid_to": None}  # fmt: skip
    prices.add(session, [row], actor=SYSTEM, now=now)


def _marks(session: Session, organisation: str, now: datetime) -> None:
    for kind, first, last in (("sticker", "26A000101", "26A000300"), ("seal", "C00001", "C00500")):
        form = {"organisation_id": organisation, "kind": kind, "first": first, "last": last, "received_on": now.date().isoformat(),
                "received_from": "Ủy ban Tiêu chuẩn Đo lường Chất lượng Quốc gia", "note": ""}  # fmt: skip
        mark_book.receive(session, mark_book.Received.of(form, now.date()), actor=SYSTEM, now=now)


@contextmanager
def _writing(department: Department) -> Iterator[Session]:
    made = create_engine(department.server.environment["DATABASE_URL"])
    engine.prepare(made)
    with Session(made) as session, session.begin():
        yield session
    made.dispose()
