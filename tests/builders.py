"""The department in tests: hires, enrols, opens campaigns, registers sites. Every act is its own transaction."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy.orm import Session

from server.db.devices import Device, SigningKey
from server.db.numbers import Series
from server.db.users import User
from server.extensions import db
from server.security import passwords
from server.security.keys import public_bytes
from server.security.tokens import hash_of, new_token
from server.services import ledger
from server.web.transaction import writing
from sync import seal

PASSWORD = "mat-khau-cho-kiem-thu"
# A hash says what it costs to check: signing in a thousand times at the real price was a tenth of the whole run.
passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_HASH = passwords.HASHER.hash(PASSWORD)
AREA = "07213"


@dataclass(frozen=True)
class Person:
    """An account."""

    id: str
    username: str
    name: str
    role: str
    password: str = PASSWORD


@dataclass(frozen=True)
class Kit:
    """What a tablet holds after enrolment."""

    device_id: str
    user: Person
    token: str
    upload_token: str
    key: Ed25519PrivateKey

    @property
    def public_key(self) -> str:
        """Raw public key, base64url unpadded."""
        return base64.urlsafe_b64encode(public_bytes(self.key)).rstrip(b"=").decode()

    @property
    def headers(self) -> dict[str, str]:
        """Authorization of everything this tablet asks."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Office:
    """The department's office, acting through the services on the real database."""

    app: Flask
    organisation_id: str = field(default_factory=lambda: str(uuid4()))
    _count: int = 0

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One write transaction in an app context."""
        with self.app.app_context(), writing(db.session) as session:
            yield session

    def hires(self, role: str = "inspector", name: str = "Nguyễn Văn Kiểm", *, second_factor: str = "exempt") -> Person:
        """Give someone an account; the second factor is let off where it is not what is looked at."""
        self._count += 1
        person = Person(str(uuid4()), f"{role}{self._count}", name, role)
        with self.transaction() as session:
            session.add(User(id=person.id, username=person.username, password_hash=_HASH, full_name=name,
                             title="Kiểm tra viên", role=role, second_factor=second_factor))  # fmt: skip
        return person

    def enrols(
        self, person: Person, tablet_name: str = "Máy tính bảng 1", *, key: Ed25519PrivateKey | None = None
    ) -> Kit:
        """Put a tablet into someone's hands."""
        kit = Kit(str(uuid4()), person, new_token(), new_token(), key or Ed25519PrivateKey.generate())
        public = public_bytes(kit.key)
        now = datetime.now(UTC)
        with self.transaction() as session:
            session.add(Device(id=kit.device_id, user_id=person.id, tablet_name=tablet_name, public_key=public,
                               token_hash=hash_of(kit.token), upload_token_hash=hash_of(kit.upload_token),
                               enrolled_at=now))  # fmt: skip
            session.add(
                SigningKey(kid=seal.key_id(public).hex(), public_key=public, holder=kit.device_id, valid_from=now)
            )
        return kit

    def revokes(self, kit: Kit) -> None:
        """Take a tablet's rights away."""
        with self.transaction() as session:
            device = session.get(Device, kit.device_id)
            assert device is not None
            device.revoked_at = datetime.now(UTC)

    def records(
        self,
        kind: str,
        scope: str,
        state: dict[str, Any],
        *,
        id: str | None = None,
        parent: str | None = None,
    ) -> str:
        """Write any document as the server's own."""
        id = id or str(uuid4())
        with self.transaction() as session:
            change = ledger.change(session, kind, id, scope, state, actor="system", parent=parent)
            ledger.record(session, [change], datetime.now(UTC))
        return id

    def opens_series(self, series: str = "BB-ĐKT") -> str:
        """Open a series of minutes numbers."""
        with self.transaction() as session:
            if session.get(Series, series) is None:
                session.add(Series(series=series, symbol=series, organisation_id=self.organisation_id))
        return series

    def has_organisation(self) -> str:
        """Write the department itself."""
        state = {"name": "Sở Khoa học và Công nghệ", "parent_name": "UBND TỈNH BẮC GIANG", "place": "Bắc Giang",
                 "letterhead": ["UBND TỈNH BẮC GIANG", "SỞ KHOA HỌC VÀ CÔNG NGHỆ"],
                 "series": [{"series": "BB-ĐKT", "symbol": "BB-ĐKT", "form": "inspection"},
                            {"series": "TB-SKHCN", "symbol": "TB-SKHCN", "form": "suspension_notice"},
                            {"series": "TB-SKHCN", "symbol": "TB-SKHCN", "form": "resumption_notice"},
                            {"series": "TB-SKHCN", "symbol": "TB-SKHCN", "form": "result_notice"}],
                 "signers": [{"name": "Nguyễn Thanh Bình", "title": "Giám đốc"},
                             {"name": "Trần Thị Minh Hà", "title": "Phó Giám đốc", "authority": "KT. Giám đốc"}],
                 "valid_from": "2020-01-01", "valid_to": None}  # fmt: skip
        return self.records("organisation", "agency", state, id=self.organisation_id)

    def opens_campaign(
        self, leader: Person, members: Sequence[Person] = (), *, checklists: Sequence[str] = ("fuel-dispenser",),
        establishments: Sequence[str] = (), **more: Any,
    ) -> str:  # fmt: skip
        """Open a campaign with its decision and team; return its id."""
        team = [{"user_id": p.id, "name": p.name, "title": "Kiểm tra viên", "agency": "Sở KH&CN",
                 "role": "leader" if p is leader else "member", "certificate": {"number": "01", "valid_to": "2030-01-01"}}
                for p in (leader, *members)]  # fmt: skip
        id = str(uuid4())
        state = {"code": f"D{self._count}-{id[:4]}", "title": "Kiểm tra nhà nước về đo lường trong kinh doanh xăng dầu",
                 "kind": "kiem_tra_nha_nuoc", "programme_activity": "BG-2021/A08", "checklists": list(checklists),
                 "starts_on": "2021-08-02", "ends_on": "2021-08-31", "organisation_id": self.organisation_id,
                 "decision": {"number": "123/QĐ-SKHCN", "date": "2021-07-26", "signer": "Nguyễn Thanh Bình",
                              "title": "Giám đốc", "basis": [], "trigger": "plan", "scope": "Xăng dầu", "duration_days": 30},
                 "team": team, "establishment_ids": list(establishments), **more}  # fmt: skip
        return self.records("campaign", f"campaign:{id}", state, id=id)

    def registers_establishment(self, area: str = AREA, name: str = "Cửa hàng xăng dầu số 1") -> str:
        """Register a site in an area."""
        state = {"name": name, "tax_code": "2400123456", "address": "Thôn Trại, xã Song Mai", "operator_id": None,
                 "area_code": area, "phone": "", "representative": {"name": "Trần Thị Bán", "title": "Cửa hàng trưởng"},
                 "lat": "21.2731", "lon": "106.1946", "business_lines": ["xăng dầu"]}  # fmt: skip
        return self.records("establishment", f"area:{area}", state)

    def registers_instrument(
        self, establishment: str, type: str = "fuel_dispenser", area: str = AREA, **attributes: str
    ) -> str:
        """Register an instrument at a site."""
        state = {"establishment_id": establishment, "type": type, "maker": "Tatsuno", "model": "T1", "serial": "A-1",
                 "year": 2018, "attributes": attributes, "verified_until": "2022-01-31", "mark_serial": "22B01439",
                 "certificate_number": "01/KĐ", "new_price": "45000000"}  # fmt: skip
        return self.records("instrument", f"area:{area}", state, parent=establishment)

    def plans_inspection(
        self, campaign: str, establishment: str, leader: Person, codes: Sequence[str] = ("fuel-dispenser",)
    ) -> str:
        """Plan one inspection with its checklists and rules pinned; return its id."""
        from checklists import catalog
        from checklists.limits import load_rules

        rules = load_rules()
        lists = [catalog.load().latest(code) for code in codes]
        state = {"campaign_id": campaign, "establishment_id": establishment,
                 "checklists": [{"code": c.code, "version": c.version, "sha256": c.sha256} for c in lists],
                 "rules": {"version": rules.version, "sha256": rules.sha256}, "planned_on": "2021-08-05",
                 "status": "planned", "lead_user_id": leader.id, "visits": [], "decision_announced_at": None,
                 "follows": None, "standards": [], "conclusion": None, "establishment_statement": None, "review": None}  # fmt: skip
        return self.records("inspection", f"campaign:{campaign}", state, parent=campaign)
