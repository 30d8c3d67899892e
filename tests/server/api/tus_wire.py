"""One tablet speaking tus by hand, and the photo records that go with the bytes."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from server.db.documents import Document
from server.extensions import db
from tests.builders import Kit, Office
from tests.pictures import sha256
from tests.server.api.wire import Site

UPLOADS = "/api/v1/uploads"
CHUNK = "application/offset+octet-stream"
VISIT = {"started_at": "2021-08-05T08:00:00+07:00", "ended_at": "2021-08-05T10:00:00+07:00",
         "position": {"lat": "21.2731", "lon": "106.1946", "accuracy_m": "10"}}  # fmt: skip


def metadata(**values: str) -> str:
    """Encode Upload-Metadata."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


@dataclass
class Tus:
    """Requests as one tablet makes them; every answer is given back as it is."""

    client: FlaskClient
    kit: Kit

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        """Send one request; header names with `_` for `-`. An empty header is left out."""
        every = {"Tus-Resumable": "1.0.0", **self.kit.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self.client.open(path, method=method, data=body, headers={k: v for k, v in every.items() if v})

    def create(self, data: bytes, *, photo_id: str | None = None, body: bytes | None = None, **more: str) -> Any:
        """Announce a photo; `body` comes along with it."""
        said = metadata(photo_id=photo_id or str(uuid4()), sha256=sha256(data), filetype="image/jpeg")
        headers = {"Upload_Length": str(len(data)), "Upload_Metadata": said, **more}
        if body is not None:
            headers.setdefault("Content_Type", CHUNK)
        return self.ask("POST", UPLOADS, body, **headers)

    def begin(self, data: bytes, photo_id: str | None = None) -> str:
        """Announce a photo; return where its bytes go."""
        answer = self.create(data, photo_id=photo_id)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.headers["Location"])

    def patch(self, url: str, body: bytes, offset: int, **headers: str) -> Any:
        """Send bytes."""
        return self.ask("PATCH", url, body, Upload_Offset=str(offset), **{"Content_Type": CHUNK, **headers})

    def offset(self, url: str) -> int:
        """Ask where the server stands."""
        answer = self.ask("HEAD", url)
        assert answer.status_code == 200
        return int(answer.headers["Upload-Offset"])

    def send(self, data: bytes, photo_id: str | None = None) -> str:
        """Send a whole photo; return its upload."""
        url = self.begin(data, photo_id)
        if self.offset(url) < len(data):
            assert self.patch(url, data, 0).status_code == 204
        return url


def checksum(data: bytes, algorithm: str = "sha1") -> str:
    """Encode Upload-Checksum."""
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def records_photo(office: Office, site: Site, data: bytes, id: str | None = None, **more: Any) -> str:
    """Write a photo's record as an accepted operation leaves it; return its id."""
    state = {"inspection_id": site.inspection, "finding_id": None, "purpose": "evidence", "sha256": sha256(data),
             "size": len(data), "media_type": "image/jpeg", "taken_at": "2021-08-05T08:30:00+07:00", "position": None,
             "original_sha256": None, "status": "expected", "width": None, "height": None, "exif": {}, "warnings": [],
             **more}  # fmt: skip
    return office.records("photo", site.scope, state, id=id, parent=site.inspection)


def visits(office: Office, site: Site, *visits: dict[str, Any]) -> None:
    """Note the visits of an inspection."""
    state = state_of(office, "inspection", site.inspection)
    office.records("inspection", site.scope, {**state, "visits": list(visits or [VISIT])}, id=site.inspection)


def state_of(office: Office, kind: str, id: str) -> dict[str, Any]:
    """A document's present state."""
    with office.app.app_context():
        document = db.session.get(Document, (kind, id))
        assert document is not None
        return dict(document.state)
