"""A verification team's stickers in tests: a department that receives them, tablets that hold them, marks that come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import uuid4

from server.db.devices import Device
from server.services import mark_book, mark_leases, mark_ledger
from server.services.mark_book import Received
from server.services.mark_ledger import Ledger, Row
from sync.ids import mark_id
from tests.builders import Kit, Office, Person

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@dataclass
class Store:
    """The office's store of stickers, acting through the services."""

    office: Office
    clerk: Person = field(init=False)
    leader: Person = field(init=False)
    campaign: str = field(init=False)
    session: str = field(init=False)

    def __post_init__(self) -> None:
        self.office.has_organisation()
        self.clerk, self.leader = (
            self.office.hires("clerk", "Vũ Thị Thư"),
            self.office.hires("team_leader", "Trần Văn Trưởng"),
        )
        self.campaign = self.office.opens_campaign(self.leader, kind="kiem_dinh_luu_dong", checklists=[])
        state = {"campaign_id": self.campaign, "on": "2026-11-24", "place": "Chợ Chũ"}
        self.session = self.office.records(
            "verification_session", f"campaign:{self.campaign}", state, parent=self.campaign
        )

    def form(self, first: str, last: str, **more: str) -> dict[str, str]:
        """What the clerk types."""
        return {"organisation_id": self.office.organisation_id, "kind": "sticker", "first": first, "last": last,
                "received_on": "2026-11-02", "received_from": "Tổng cục TĐC", "note": "", **more}  # fmt: skip

    def receives(self, first: str, last: str, **more: str) -> str:
        """Enter a batch."""
        with self.office.transaction() as session:
            return mark_book.receive(
                session, Received.of(self.form(first, last, **more), TODAY), actor=self.clerk.id, now=NOW
            )

    def leases(self, kit: Kit, count: int, first: str = "", kind: str = "sticker", now: datetime = NOW) -> Row:
        """Hand a tablet its stickers."""
        with self.office.transaction() as session:
            device = session.get_one(Device, kit.device_id)
            return mark_leases.grant(session, device, self.office.organisation_id, kind, count, now, actor=self.clerk.id,
                                     first=first)  # fmt: skip

    def returns(self, lease: Row, first: int, last: int) -> list[int]:
        """Take some back."""
        with self.office.transaction() as session:
            return mark_leases.give_back(session, lease.id, [(first, last)], actor=self.clerk.id, now=NOW)

    def uses(self, serial: str, fate: str = "used", *, kind: str = "sticker", lease: Row | None = None, at: str = "2026-11-24T09:00:00+07:00",
             **more: object) -> str:  # fmt: skip
        """A mark comes from a tablet."""
        id = mark_id(self.office.organisation_id, kind, serial)
        state = {"session_id": self.session, "kind": kind, "serial": serial, "fate": fate, "at": at,
                 "lease_id": lease.id if lease else None, "inspection_id": None, "instrument_id": None, "place": "Mặt đồng hồ",
                 "reason": "Rách khi bóc" if fate == "spoiled" else "", "photo_ids": [], "created_by": self.leader.id,
                 "warnings": [], **more}  # fmt: skip
        return self.office.records("mark", f"campaign:{self.campaign}", state, id=id, parent=self.session)

    def counts_stickers(self, *counts: dict[str, object]) -> str:
        """A tablet's stocktake comes."""
        state = {"session_id": self.session, "device": "", "at": "2026-11-24T16:00:00+07:00", "counts": list(counts),
                 "created_by": self.leader.id, "expected": {}, "difference": {}}  # fmt: skip
        return self.office.records(
            "stocktake", f"campaign:{self.campaign}", state, id=str(uuid4()), parent=self.session
        )

    def ledger(self) -> Ledger:
        """Read the ledger."""
        with self.office.transaction() as session:
            return mark_ledger.load(session)

    def balance(self, batch: str) -> dict[str, int]:
        """The figures of a batch that are not nothing."""
        roll = self.ledger().roll(batch)
        assert roll is not None
        assert sum(roll.counts.values()) == len(roll.fates), "every serial has one fate"
        return {fate: count for fate, count in roll.counts.items() if count}
