"""Acceptance 3, 4 and 5: photos over a link that cuts and comes back under another address, and photos that are awkward."""

from __future__ import annotations

import http.client
import time
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.db.uploads import Blob
from server.extensions import db
from server.settings import Settings
from server.storage import open_store
from tests.builders import Kit, Office
from tests.contract.live import BrokenLink, LiveServer
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import CHUNK, UPLOADS, Tus, metadata
from tests.server.api.wire import Site, Wire, site_of

COUNT, CUT = 20, 150_000
"""The field's 4 MB and 20 s at 64 kB/s, scaled down to a cut for each 150 kB: some three for each photo."""
MAX_RESENT = 0.05


@pytest.fixture
def kit(office: Office) -> Kit:
    """An enrolled leader."""
    return office.enrols(office.hires("team_leader"))


@pytest.fixture
def site(office: Office, kit: Kit) -> Site:
    """Where the photos are taken."""
    return site_of(office, kit.user)


@pytest.fixture(params=["disk", "s3"])
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """This test's server, with its photos on the disk or in the object store."""
    return settings if request.param == "disk" else replace(settings, blob_url=request.getfixturevalue("s3_url"))


@dataclass
class Sender:
    """A tablet's uploader over a bad link: the rest of a photo in one PATCH, HEAD after each cut, as tus-js-client does."""

    port: int
    kit: Kit
    cuts: int = 0

    def sends(self, photo_id: str, data: bytes) -> None:
        """Send one photo, however often the link breaks."""
        said = metadata(photo_id=photo_id, sha256=sha256(data), filetype="image/jpeg")
        created = self._ask("POST", UPLOADS, {"Upload-Length": str(len(data)), "Upload-Metadata": said})
        assert created is not None
        path, offset = urlsplit(created["Location"]).path, 0
        while offset < len(data):
            self._ask("PATCH", path, {"Content-Type": CHUNK, "Upload-Offset": str(offset)}, data[offset:])
            where = self._ask("HEAD", path, {})
            assert where is not None
            offset = int(where["Upload-Offset"])

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {**self.kit.headers, "Tus-Resumable": "1.0.0", **headers})
            answer = connection.getresponse()
            answer.read()
            return answer.headers if answer.status < 400 else None
        except (OSError, http.client.HTTPException):
            self.cuts += 1
            return None
        finally:
            connection.close()


def test_a_link_that_dies_without_a_goodbye_loses_what_was_in_one_read(live: LiveServer, kit: Kit) -> None:
    """The server still holds the dead connection when the tablet comes back under another address."""
    photo = jpeg((800, 700))
    tus = {**kit.headers, "Tus-Resumable": "1.0.0"}
    said = metadata(photo_id=str(uuid4()), sha256=sha256(photo), filetype="image/jpeg")
    created = _asked(live, "POST", UPLOADS, {**tus, "Upload-Length": str(len(photo)), "Upload-Metadata": said})
    path = urlsplit(created["Location"]).path
    dead = http.client.HTTPConnection("127.0.0.1", live.port, timeout=30)
    try:
        dead.putrequest("PATCH", path)
        for name, value in {
            **tus,
            "Content-Type": CHUNK,
            "Upload-Offset": "0",
            "Content-Length": str(len(photo)),
        }.items():
            dead.putheader(name, value)
        dead.endheaders()
        dead.send(photo[:CUT])
        _is_read(live, dead)
        time.sleep(0.3)  # less than the half second after which the server keeps what it has anyway
        assert int(_asked(live, "HEAD", path, tus)["Upload-Offset"]) == CUT
    finally:
        dead.close()


def _is_read(live: LiveServer, connection: http.client.HTTPConnection) -> None:
    """Wait until the server has read all that was sent: a busy machine takes its time, and 0.3 s say nothing before that."""
    own = int(connection.sock.getsockname()[1])
    ends = f":{live.port:04X}", f":{own:04X}"
    for _ in range(400):
        rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
        waiting = [
            queues for _, local, remote, _, queues, *_ in rows if (local[-5:], remote[-5:]) in (ends, ends[::-1])
        ]
        if len(waiting) == 2 and set(waiting) == {"00000000:00000000"}:
            return
        time.sleep(0.05)
    raise AssertionError("the server did not read it")


def _asked(live: LiveServer, method: str, path: str, headers: dict[str, str]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=30, source_address=("127.0.0.9", 0))
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.headers
    finally:
        connection.close()


def recorded(wire: Wire, site: Site, id: str, data: bytes) -> dict[str, Any]:
    """The operation that records a photo."""
    said = {"inspection_id": site.inspection, "finding_id": site.finding_id("FU02"), "purpose": "evidence",
            "sha256": sha256(data), "size": len(data), "media_type": "image/jpeg", "position": None,
            "taken_at": "2021-08-05T08:30:00+07:00", "original_sha256": None}  # fmt: skip
    return wire.op("photo", id, "create", site.scope, said, parent=site.inspection)


def states(wire: Wire) -> list[str]:
    """What the tablet knows of its photos after a pull."""
    wire.pull()
    return sorted(d["state"]["status"] for (kind, _), d in wire.documents.items() if kind == "photo")


def test_acceptance_3_twenty_photos_over_a_link_that_cuts_and_changes_address(
    live: LiveServer, client: FlaskClient, kit: Kit, site: Site, settings: Settings
) -> None:
    base = jpeg((800, 700))
    photos = {str(uuid4()): base + b"%02d" % number for number in range(COUNT)}
    wire = Wire(client, kit)
    finding = wire.finding(site, set={"photo_ids": list(photos)})
    wire.push(finding, *(recorded(wire, site, id, data) for id, data in photos.items()))
    link = BrokenLink(live.port, [CUT] * 1000)
    sender = Sender(urlsplit(link.url).port or 0, kit)
    try:
        for number, (id, data) in enumerate(photos.items()):
            assert states(wire) == ["complete"] * number + ["expected"] * (COUNT - number)
            sender.sends(id, data)
    finally:
        link.close()
    total = sum(len(data) for data in photos.values())
    assert sender.cuts >= 2 * COUNT
    assert total < sum(link.sent) <= (1 + MAX_RESENT) * total  # the heads of all requests count as sent again, too
    assert states(wire) == ["complete"] * COUNT
    store = open_store(settings.blob_url, settings.instance)
    for data in photos.values():
        with store.open(sha256(data)) as file:
            assert file.read() == data


def test_acceptance_5_names_and_twins(
    client: FlaskClient, office: Office, kit: Kit, site: Site, settings: Settings, app: Flask
) -> None:
    """Names differ only in their normal form, bytes are twins, a file is empty, a name is 255 bytes long."""
    tus, wire, photo = Tus(client, kit), Wire(client, kit), jpeg((90, 60))
    name = "Niêm phong – cột số 1.jpg"
    long = "ả" * 83 + ".jpg" + "xx"
    assert len(long.encode()) == 255
    sent = [
        (unicodedata.normalize("NFC", name), photo),
        (unicodedata.normalize("NFD", name), photo),
        (long, jpeg((90, 60), seed=2)),
        ("Trống.jpg", b""),
    ]
    ids = [str(uuid4()) for _ in sent]
    finding = wire.finding(site, set={"photo_ids": ids})
    wire.push(finding, *(recorded(wire, site, id, data) for id, (_, data) in zip(ids, sent, strict=True)))
    for id, (file, data) in zip(ids, sent, strict=True):
        said = metadata(filename=file, photo_id=id, sha256=sha256(data), filetype="image/jpeg")
        created = tus.ask("POST", UPLOADS, Upload_Length=str(len(data)), Upload_Metadata=said)
        assert created.status_code == 201
        if int(created.headers["Upload-Offset"]) < len(data):
            assert tus.patch(created.headers["Location"], data, 0).status_code == 204
    wire.pull()
    assert wire.documents["finding", site.finding_id("FU02")]["state"]["photo_ids"] == ids
    known = [wire.documents["photo", id]["state"] for id in ids]
    assert [state["status"] for state in known] == ["complete"] * 3 + ["unusable"]
    assert {state["finding_id"] for state in known} == {site.finding_id("FU02")}
    assert [tus.ask("GET", f"/api/v1/photos/{id}").data for id in ids] == [data for _, data in sent]
    with app.app_context():
        stored = {blob.sha256: blob.size for blob in db.session.scalars(select(Blob))}
    assert stored == {sha256(data): len(data) for _, data in sent}  # the twins once
