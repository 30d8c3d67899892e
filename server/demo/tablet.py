"""A tablet simulated in Python: outbox, pull, photos by tus, minutes signed offline. Speaks only the protocol."""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from checklists.catalog import from_served
from checklists.judge import judge
from checklists.limits import RuleSet
from checklists.standards import supported
from server.demo.link import Answer, Refused, Transport
from sync import ids, paper, seal
from sync.findings import VERIFICATION_KINDS, inspected_on, measured_days, reasons
from sync.paper_forms import form_of
from sync.paper_measures import listed

API = "/api/v1"
TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = 64 * 1024


@dataclass
class Photo:
    """Bytes kept on the tablet until the server's `complete` was pulled."""

    id: str
    data: bytes
    upload: str | None = None


@dataclass
class Tablet:
    """One inspector on one tablet."""

    send: Transport
    now: Callable[[], datetime]
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    token: str = ""
    device: dict[str, Any] = field(default_factory=dict)
    user: dict[str, Any] = field(default_factory=dict)
    epoch: str = ""
    cursor: str | None = None
    next_seq: int = 1
    outbox: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    kept: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    """Answered operations with their answers, until a verified backup holds them."""
    documents: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    photos: dict[str, Photo] = field(default_factory=dict)
    leases: list[dict[str, Any]] = field(default_factory=list)
    used: int = 0
    batch: int = 200
    """Operations in one push."""

    # -- being known to the server

    def enrols(self, code: str, name: str) -> None:
        """Use a one-time code."""
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        text = base64.urlsafe_b64encode(public).rstrip(b"=").decode()
        answer = self._json("POST", "/enrolments", {"code": code, "tablet_name": name, "public_key": text})
        self.device, self.token, self.user = answer["device"], answer["token"], answer["user"]

    def says_hello(self) -> dict[str, Any]:
        """Learn epoch, leases and what the server expects next; after a restore, queue again whatever is kept."""
        still = [*(op for op, _ in self.kept), *self.outbox]
        held = [{name: lease[name] for name in ("id", "series", "year", "from", "to")} for lease in self.leases]
        body = {"client": {"app": "simulated", "build": "1", "protocols": [1]}, "leases": held,
                "lowest_device_seq": still[0]["device_seq"] if still else self.next_seq}  # fmt: skip
        hello = self._json("POST", "/sync/hello", body)
        if self.epoch not in ("", hello["epoch"]):
            self.outbox, self.kept, self.cursor = still, [], None
        self.epoch, self.leases = hello["epoch"], hello["leases"]
        self._forgets(hello["durable"])
        return hello

    def leases_numbers(self, series: str, year: int, count: int) -> None:
        """Take numbers along for a day offline."""
        self.leases.append(self._json("POST", "/leases", {"series": series, "year": year, "count": count}))

    def pulls(self) -> int:
        """Fetch everything new; return how many items came."""
        count = 0
        if self.cursor is None and not self.outbox:
            self.documents = {}  # all over again: what the server does not have is not there
        while True:
            page = self._json("POST", "/sync/pull", {"cursor": self.cursor, "limit": 1000}, compress=True)
            for item in page["items"]:
                self._takes(item)
            for scope in page["revoked"]:
                self.documents = {k: d for k, d in self.documents.items() if d["scope"] != scope}
            count += len(page["items"])
            self.cursor, self.epoch = page["cursor"], page["epoch"]
            if not page["more"]:
                return count

    # -- recording

    def records(
        self, type: str, kind: str, id: str, scope: str, set: dict[str, Any], *, parent: str | None = None,
        base: dict[str, Any] | None = None, checklist: dict[str, Any] | None = None, group: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Put one operation into the outbox, and the tablet's own view."""
        known = self.documents.get((kind, id))
        moment = self.now()
        op = {
            "op_id": ids.uuid7(int(moment.timestamp() * 1000)), "device_seq": self.next_seq, "group": group,
            "kind": kind, "id": id, "parent": parent, "type": type, "scope": scope,
            "base_rev": known["rev"] if known else None, "set": set, "base": base or {}, "checklist": checklist,
            "at": moment.isoformat(timespec="seconds"),
            "clock": {"boot": "simulated", "mono_ms": self.next_seq * 1000, "offset_ms": 0, "offset_age_s": 60},
        }  # fmt: skip
        self.next_seq += 1
        self.outbox.append(op)
        state = {**(known["state"] if known else {}), **set}
        self.documents[kind, id] = {"scope": scope, "rev": known["rev"] if known else 0, "state": state}
        return op

    def changes(self, kind: str, id: str, **set: Any) -> None:
        """Patch a document that the tablet holds, with the base values it saw."""
        known = self.documents[kind, id]
        base = {name: known["state"].get(name) for name in set}
        self.records("patch", kind, id, known["scope"], set, base=base)

    def answers(
        self, inspection: str, checklist: dict[str, Any], item: str, answer: str | None, *, subject: str | None = None,
        ordinal: int = 0, **rest: Any,
    ) -> str:  # fmt: skip
        """Record a finding; return its id."""
        id = ids.answer_id(inspection, checklist["code"], item, subject, ordinal)
        scope = self.documents["inspection", inspection]["scope"]
        set = {"inspection_id": inspection, "checklist": checklist["code"], "item": item, "subject_id": subject,
               "ordinal": ordinal, "answer": answer, **rest}  # fmt: skip
        self.records("create", "finding", id, scope, set, parent=inspection, checklist=checklist)
        return id

    def photographs(self, inspection: str, finding: str | None, data: bytes, *, purpose: str = "evidence") -> str:
        """Record a photo and keep its bytes; return its id."""
        moment = self.now()
        id = ids.uuid7(int(moment.timestamp() * 1000))
        scope = self.documents["inspection", inspection]["scope"]
        digest = hashlib.sha256(data).hexdigest()
        set = {"inspection_id": inspection, "finding_id": finding, "purpose": purpose, "sha256": digest,
               "size": len(data), "media_type": "image/jpeg", "taken_at": moment.isoformat(timespec="seconds"),
               "position": None, "original_sha256": None}  # fmt: skip
        self.records("create", "photo", id, scope, set, parent=inspection)
        self.photos[id] = Photo(id, data)
        if finding is not None:
            listed = self.documents["finding", finding]["state"].get("photo_ids") or []
            self.changes("finding", finding, photo_ids=[*listed, id])
        return id

    def signs(self, inspection: str, role: str, name: str, outcome: str, **rest: Any) -> str:
        """Record how somebody signed the printed paper; return the signature's id."""
        moment = self.now()
        id = ids.uuid7(int(moment.timestamp() * 1000))
        set = {"inspection_id": inspection, "role": role, "name": name, "title": "", "outcome": outcome, "reason": None,
               "witness": None, "strokes": None, "signed_at": moment.isoformat(timespec="seconds"), **rest}  # fmt: skip
        self.records(
            "create", "signature", id, self.documents["inspection", inspection]["scope"], set, parent=inspection
        )
        return id

    def voids(self, kind: str, id: str, reason: str) -> None:
        """Cross a document of this tablet out, with a reason."""
        self.records("void", kind, id, self.documents[kind, id]["scope"], {"reason": reason})

    def next_number(self) -> tuple[dict[str, Any], int]:
        """Take the next leased number."""
        lease = self.leases[0]
        number = lease["from"] + self.used
        if number > lease["to"]:
            raise LookupError("no numbers left")
        self.used += 1
        return lease, number

    def judges(self, inspection: str, checklists: list[dict[str, Any]], rules: RuleSet) -> None:
        """Compute the verdicts that will be printed, by the same procedures and limits as the server."""
        found = self._state("inspection", inspection)
        kind = self.documents["campaign", found["campaign_id"]]["state"]["kind"]
        context, on = "verification" if kind in VERIFICATION_KINDS else "inspection", inspected_on(found)
        lists = {served["code"]: from_served(served) for served in checklists}
        findings = self._of(inspection, "finding")
        for finding in findings:
            item = lists[finding["checklist"]].item(finding["item"])
            if item is None or item.procedure is None or on is None:
                continue
            answers = {f["item"]: f for subject in (None, finding["subject_id"]) for f in findings
                       if f["checklist"] == finding["checklist"] and f["subject_id"] == subject}  # fmt: skip
            subject = self.documents.get(("instrument", finding["subject_id"]), {}).get("state")
            computed = judge(item, finding, subject, answers, rules, on, context) or {}
            whole = supported(computed, item.procedure.name, self._used(found), measured_days(found), reasons(found))
            self.documents["finding", finding["id"]]["state"]["computed"] = whole

    def issues(
        self, inspection: str, checklists: list[dict[str, Any]], rules: RuleSet, *,
        form: str = "inspection", amends: str | None = None,
    ) -> str:  # fmt: skip
        """Number, compose and sign minutes offline from what the tablet holds; return their id."""
        self.judges(inspection, checklists, rules)
        lease, number = self.next_number()
        found = self._state("inspection", inspection)
        campaign = self._state("campaign", found["campaign_id"])
        establishment = self._state("establishment", found["establishment_id"])
        moment = self.now().replace(microsecond=0)
        on_paper = {id for m in self._of(inspection, "minutes") if not m.get("voided") for id in m.get("freezes") or ()}
        first = None if amends is None else self.documents["minutes", amends]["state"]
        served = rules.served()
        composed = paper.compose(
            form=form,
            issued_at=moment.isoformat(),
            number={**{k: lease[k] for k in ("series", "symbol", "year")}, "number": number},
            inspection=found,
            campaign=campaign,
            organisation=self._state("organisation", campaign["organisation_id"]),
            establishment=establishment,
            area=self._area(establishment["area_code"], inspected_on(found) or moment.date()),
            instruments=[s for s in self._all("instrument") if s["establishment_id"] == establishment["id"]],
            findings=self._of(inspection, "finding"),
            checklists=checklists,
            law=served["law"],
            violations=served.get("violations", ()),
            penalties=served.get("penalties", ()),
            standards=self._used(found),
            photos=self._of(inspection, "photo"),
            requirements=self._of(inspection, "requirement"),
            measures=self._of(inspection, "measure"),
            signatures=self._of(inspection, "signature"),
            samples=[s for s in self._of(inspection, "sample") if s["id"] not in on_paper],
            amends=None
            if first is None
            else {"text": seal.number_text(first["number"], lease["symbol"]), "issued_at": first["issued_at"]},
            papers=[self._paper(m, lease["symbol"]) for m in self._of(inspection, "minutes") if not m.get("voided")],
        )
        canonical = seal.canonical_text(composed)
        claims = seal.Claims(series=lease["series"], year=lease["year"], number=number, issued_at=int(moment.timestamp()),
                             sha256=seal.digest(canonical), establishment=establishment["id"])  # fmt: skip
        id = ids.uuid7(int(moment.timestamp() * 1000))
        cose = base64.urlsafe_b64encode(seal.seal(claims, self.key)).rstrip(b"=").decode()
        set = {"inspection_id": inspection, "form": form, "closes": form_of(form).closes,
               "series": lease["series"], "year": lease["year"], "number": number, "canonical": canonical, "cose": cose,
               "issued_at": moment.isoformat(), "amends": amends}  # fmt: skip
        self.records("create", "minutes", id, self.documents["inspection", inspection]["scope"], set, parent=inspection)
        return id

    def _paper(self, minutes: dict[str, Any], symbol: str) -> dict[str, Any]:
        """What later papers may cite of these minutes."""
        text = seal.number_text(minutes["number"], symbol)
        measure_ids = sorted(listed(json.loads(minutes["canonical"])))
        return {**{n: minutes[n] for n in ("id", "form", "issued_at")}, "text": text, "measure_ids": measure_ids}

    # -- sending

    def pushes(self) -> list[dict[str, Any]]:
        """Send the outbox; what was answered leaves it. A lost answer leaves everything where it was."""
        done: list[dict[str, Any]] = []
        while self.outbox:
            batch = self.outbox[: self.batch]
            answer = self._json("POST", "/sync/push", {"protocol": 1, "epoch": self.epoch, "ops": batch}, compress=True)
            self.epoch = answer["epoch"]
            done += answer["results"]
            self.kept += zip(batch, answer["results"], strict=True)
            self.outbox = self.outbox[len(answer["results"]) :]
            self._forgets(answer["durable"])
        self.results += done
        return done

    def _forgets(self, durable: dict[str, int]) -> None:
        """Drop what a verified backup holds, from the front: a gap in what is kept could strand the rest."""
        while self.kept and (answer := self.kept[0][1])["seq"] is not None:
            if answer["seq"] > durable.get(answer["scope"], 0):
                return
            del self.kept[0]

    def uploads(self) -> int:
        """Send every photo whose `complete` was not pulled yet, from where the server stands; return bytes sent."""
        return sum(self.sends(photo) for photo in self.photos.values() if not self.is_complete(photo.id))

    def is_complete(self, photo_id: str) -> bool:
        """Whether the server has said `complete`."""
        known = self.documents.get(("photo", photo_id))
        return known is not None and known["state"].get("status") == "complete"

    def sends(self, photo: Photo) -> int:
        """Send one photo from where the server stands; return bytes sent."""
        if photo.upload is None:
            photo.upload = self._creates_upload(photo)
        try:
            head = self._ask("HEAD", photo.upload, dict(TUS))
        except Refused as refused:
            if refused.status not in {http.client.NOT_FOUND, http.client.GONE}:
                raise
            photo.upload = self._creates_upload(photo)  # the server does not know of the old one any more
            head = self._ask("HEAD", photo.upload, dict(TUS))
        offset = start = int(head.headers["upload-offset"])
        while offset < len(photo.data):
            part = photo.data[offset : offset + CHUNK]
            checksum = base64.b64encode(hashlib.sha256(part).digest()).decode()
            headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset),
                       "Upload-Checksum": f"sha256 {checksum}"}  # fmt: skip
            offset = int(self._ask("PATCH", photo.upload, headers, part).headers["upload-offset"])
        return offset - start

    def sends_whole(self, photo: Photo) -> None:
        """Send one photo on a good link: all its bytes with its announcement, in one request."""
        photo.upload = self._creates_upload(photo, photo.data)

    def _creates_upload(self, photo: Photo, data: bytes = b"") -> str:
        pairs = {"photo_id": photo.id, "sha256": hashlib.sha256(photo.data).hexdigest(), "filetype": "image/jpeg"}
        metadata = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
        headers = {**TUS, "Upload-Length": str(len(photo.data)), "Upload-Metadata": metadata}
        if data:
            headers["Content-Type"] = "application/offset+octet-stream"
        location = self._ask("POST", f"{API}/uploads", headers, data).headers["location"]
        return urlsplit(location).path

    # -- plumbing

    def fetches(self, path: str) -> dict[str, Any]:
        """Get a JSON resource, a checklist or a rule set."""
        answer = self._ask("GET", API + path, {})
        text = gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body
        value: dict[str, Any] = json.loads(text)
        return value

    def _state(self, kind: str, id: str) -> dict[str, Any]:
        return {"id": id, **self.documents[kind, id]["state"]}

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return [{"id": id, **d["state"]} for (k, id), d in sorted(self.documents.items()) if k == kind]

    def _area(self, code: str, day: date) -> dict[str, Any] | None:
        """The unit that a code named on a day: codes outlive mergers."""
        text = day.isoformat()
        then = (
            a for a in self._all("area") if a["code"] == code and a["valid_from"] <= text <= (a["valid_to"] or "9999")
        )
        return next(then, None)

    def _used(self, inspection: dict[str, Any]) -> list[dict[str, Any]]:
        return [s for s in self._all("measurement_standard") if s["id"] in inspection["standards"]]

    def _of(self, inspection: str, kind: str) -> list[dict[str, Any]]:
        return [s for s in self._all(kind) if s.get("inspection_id") == inspection]

    def _takes(self, item: dict[str, Any]) -> None:
        key = item["kind"], item["id"]
        if "gone" in item:
            if key in self.documents and self.documents[key]["scope"] == item["scope"]:
                del self.documents[key]
            return
        self.documents[key] = {"scope": item["scope"], "rev": item["rev"], "state": item["state"]}

    def _json(self, method: str, path: str, body: dict[str, Any], *, compress: bool = False) -> dict[str, Any]:
        data = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        if compress:
            data, headers["Content-Encoding"] = gzip.compress(data), "gzip"
        answer = self._ask(method, API + path, headers, data)
        text = gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body
        value = json.loads(text)
        assert isinstance(value, dict)  # noqa: S101 - a protocol answer is an object
        return value

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        every = {"Accept-Encoding": "gzip", **headers}
        if self.token:
            every["Authorization"] = f"Bearer {self.token}"
        answer = self.send(method, path, every, body)
        if answer.status >= http.client.BAD_REQUEST:
            try:
                problem = json.loads(answer.body)
            except ValueError:
                problem = {}
            raise Refused(answer.status, problem)
        return answer
