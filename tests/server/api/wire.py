"""A tablet reduced to its HTTP: builds operations, pushes, pulls, keeps its device_seq."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from sync.ids import answer_id, uuid7
from sync.operations import op_id_of
from tests.builders import Kit, Office, Person

AT = "2021-08-05T08:12:05+07:00"


class Client(Protocol):
    """What asks: flask's test client, or one over HTTP."""

    def get(self, path: str, /, **request: Any) -> Any:
        """GET with `headers`."""

    def post(self, path: str, /, **request: Any) -> Any:
        """POST `json` with `headers`; the answer has status_code, get_json and get_data."""


def new_id() -> str:
    """A fresh UUIDv7."""
    return uuid7(int(time.time() * 1000))


@dataclass
class Site:
    """A campaign with one planned inspection of one fuel station."""

    campaign: str
    establishment: str
    instrument: str
    inspection: str

    @property
    def scope(self) -> str:
        """The campaign's scope."""
        return f"campaign:{self.campaign}"

    def finding_id(self, item: str, subject: str | None = None, ordinal: int = 0) -> str:
        """The one id of an answer."""
        return answer_id(self.inspection, "fuel-dispenser", item, subject, ordinal)


def site_of(office: Office, leader: Person, *members: Person) -> Site:
    """Open a campaign on a new station."""
    establishment = office.registers_establishment()
    campaign = office.opens_campaign(leader, members, establishments=[establishment])
    instrument = office.registers_instrument(establishment)
    return Site(campaign, establishment, instrument, office.plans_inspection(campaign, establishment, leader))


@dataclass
class Wire:
    """One enrolled tablet speaking to the server."""

    client: Client
    kit: Kit
    seq: int = 0
    cursor: str | None = None
    documents: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def op(self, kind: str, id: str, type: str, scope: str, set: Any = None, **more: Any) -> dict[str, Any]:
        """Build the next operation of the outbox."""
        self.seq += 1
        return {"op_id": new_id(), "device_seq": self.seq, "group": None, "kind": kind, "id": id, "parent": None,
                "type": type, "scope": scope, "base_rev": None, "set": {} if set is None else set, "base": {},
                "checklist": None, "at": AT, "clock": {"boot": "b", "mono_ms": 1, "offset_ms": 0, "offset_age_s": 60},
                **more}  # fmt: skip

    def finding(
        self, site: Site, item: str = "FU02", *, set: dict[str, Any] | None = None, **more: Any
    ) -> dict[str, Any]:
        """Answer an item."""
        subject = (set or {}).get("subject_id")
        ordinal = (set or {}).get("ordinal", 0)
        said = {"inspection_id": site.inspection, "checklist": "fuel-dispenser", "item": item, "subject_id": subject,
                "ordinal": ordinal, "answer": "conforming", "values": {}, "rows": [], "note": "", "photo_ids": [],
                **(set or {})}  # fmt: skip
        id = site.finding_id(item, subject, ordinal if isinstance(ordinal, int) else 0)
        return self.op("finding", id, "create", site.scope, said, parent=site.inspection, **more)

    def post(self, path: str, body: Any, **kwargs: Any) -> Any:
        """POST JSON as this tablet."""
        return self.client.post(f"/api/v1{path}", json=body, headers=self.kit.headers, **kwargs)

    def push(self, *ops: Any, epoch: str = "") -> dict[str, Any]:
        """Deliver operations; the answer must be 200."""
        answer = self.post("/sync/push", {"protocol": 1, "epoch": epoch, "ops": list(ops)})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        assert len(found["results"]) == len(ops)
        named = [(r["op_id"], o["op_id"]) for r, o in zip(found["results"], ops, strict=True) if op_id_of(o)]
        assert all(answered == sent for answered, sent in named)
        return found

    def one(self, op: Any) -> dict[str, Any]:
        """Deliver one operation and return its result."""
        found: dict[str, Any] = self.push(op)["results"][0]
        return found

    def hello(self, **more: Any) -> dict[str, Any]:
        """Greet; the answer must be 200."""
        body = {"client": {"app": "test", "build": "1", "protocols": [1]}, "lowest_device_seq": None, **more}
        answer = self.post("/sync/hello", body)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found

    def pull(self, limit: int = 500) -> list[dict[str, Any]]:
        """Pull everything new, page by page, keep the cursor and the documents; return the items."""
        items: list[dict[str, Any]] = []
        more = True
        while more:
            answer = self.post("/sync/pull", {"cursor": self.cursor, "limit": limit})
            assert answer.status_code == 200, answer.get_data(as_text=True)
            page = answer.get_json()
            assert len(page["items"]) <= limit
            items += page["items"]
            self.cursor, more = page["cursor"], page["more"]
            self._take(page)
        return items

    def _take(self, page: dict[str, Any]) -> None:
        for scope in page["revoked"]:
            self.documents = {k: d for k, d in self.documents.items() if d["scope"] != scope}
        for item in page["items"]:
            key = item["kind"], item["id"]
            if "gone" not in item:
                self.documents[key] = item
            elif key in self.documents and self.documents[key]["scope"] == item["scope"]:
                del self.documents[key]


def foreign_uuid() -> str:
    """An id of nothing."""
    return str(uuid4())
