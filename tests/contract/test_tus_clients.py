"""Clients that others wrote, tuspy and tus-js-client, over a link that breaks, against the server as it is served."""

from __future__ import annotations

import http.client
import io
import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from server.db.uploads import Upload
from server.settings import Settings
from server.storage import open_store
from sync.upload import CHECKSUMS
from tests.builders import Kit, Office
from tests.contract.live import NODE, BrokenLink, LiveServer
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import CHUNK, UPLOADS, metadata

PHOTO = jpeg((1500, 1000))
CUT = len(PHOTO) // 2
MAX_RESENT = len(PHOTO) // 20
"""Five percent (acceptance 3)."""


@pytest.fixture
def kit(office: Office) -> Kit:
    """An enrolled tablet."""
    return office.enrols(office.hires())


@pytest.fixture
def link(live: LiveServer) -> Iterator[Callable[..., BrokenLink]]:
    """Make links that break."""
    links: list[BrokenLink] = []

    def make(*cuts: int, is_rude: bool = False) -> BrokenLink:
        links.append(BrokenLink(live.port, list(cuts), is_rude))
        return links[-1]

    yield make
    for one in links:
        one.close()


def tuspy(server: str, kit: Kit, **more: Any) -> Any:
    """A tuspy uploader of the photo."""
    client = TusClient(server + UPLOADS, headers=kit.headers)
    said = {"photo_id": str(uuid4()), "sha256": sha256(PHOTO), "filetype": "image/jpeg"}
    return client.uploader(file_stream=io.BytesIO(PHOTO), metadata=said, **more)


def test_tuspy_resumes_after_a_cut(
    live: LiveServer, link: Callable[..., BrokenLink], kit: Kit, settings: Settings, database: Session
) -> None:
    broken = link(CUT)
    first = tuspy(broken.url, kit)
    with pytest.raises((TusUploadFailed, TusCommunicationError)):
        first.upload()
    # The server notices the cut, and keeps what came, in its own time; who asks it meanwhile ends its reading.
    until(lambda: committed(database) > CUT - MAX_RESENT)
    again = tuspy(live.url, kit, url=live.url + urlsplit(first.url).path)
    assert CUT - MAX_RESENT < again.offset <= CUT
    again.upload()
    assert again.offset == len(PHOTO)
    assert stored(settings) == PHOTO


def test_tuspy_retries_by_itself_over_a_link_that_resets(
    link: Callable[..., BrokenLink], kit: Kit, settings: Settings
) -> None:
    broken = link(CUT, CUT // 2, CUT // 4, is_rude=True)
    uploader = tuspy(broken.url, kit, retries=4, retry_delay=0.3)
    uploader.upload()
    assert stored(settings) == PHOTO
    assert broken.cuts == []
    assert sum(broken.sent) < len(PHOTO) + 3 * MAX_RESENT


@pytest.mark.parametrize("chunk", [100_000, len(PHOTO)])
def test_tuspy_with_checksums(live: LiveServer, kit: Kit, settings: Settings, chunk: int) -> None:
    uploader = tuspy(live.url, kit, chunk_size=chunk, upload_checksum=True)
    assert uploader.checksum_algorithm_name in CHECKSUMS
    uploader.upload()
    assert stored(settings) == PHOTO


def node(server: str, kit: Kit, folder: Path, cut: int = 0, chunk: int | None = None) -> dict[str, Any]:
    """Run tus-js-client."""
    file = folder / "Niêm phong – cột số 1.jpg"
    file.write_bytes(PHOTO)
    script = Path(__file__).resolve().parents[1] / "node" / "upload.mjs"
    arguments = [server + UPLOADS, kit.token, str(file), str(uuid4()), sha256(PHOTO), str(cut)]
    command = [NODE, str(script), *arguments, *([str(chunk)] if chunk else [])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_tus_js_client_resumes_after_being_closed(
    live: LiveServer, kit: Kit, settings: Settings, tmp_path: Path
) -> None:
    found = node(live.url, kit, tmp_path, cut=CUT, chunk=CUT // 3)
    assert found["resumedAt"] >= CUT // 3
    assert stored(settings) == PHOTO


@pytest.mark.parametrize("is_rude", [False, True])
def test_tus_js_client_retries_by_itself_after_a_cut(
    link: Callable[..., BrokenLink], kit: Kit, settings: Settings, tmp_path: Path, is_rude: bool
) -> None:
    broken = link(CUT, is_rude=is_rude)
    found = node(broken.url, kit, tmp_path)
    assert found["retries"] >= 1
    assert stored(settings) == PHOTO
    assert sum(broken.sent) < len(PHOTO) + MAX_RESENT + 100_000


def test_a_killed_server_goes_on_from_what_it_had_committed(
    live: LiveServer, kit: Kit, settings: Settings, database: Session
) -> None:
    """Kill -9 in mid-PATCH: nothing wrong is visible, what was made durable need not come again (acceptance 4)."""
    big = random.Random(4).randbytes(3 * 1024 * 1024)
    photo_id = str(uuid4())
    tus = {**kit.headers, "Tus-Resumable": "1.0.0"}
    said = metadata(photo_id=photo_id, sha256=sha256(big), filetype="image/jpeg")
    created = ask(live, "POST", UPLOADS, {**tus, "Upload-Length": str(len(big)), "Upload-Metadata": said})
    path = urlsplit(created["location"]).path
    sending = http.client.HTTPConnection("127.0.0.1", live.port, timeout=30)
    sending.putrequest("PATCH", path)
    for name, value in {**tus, "Content-Type": CHUNK, "Upload-Offset": "0", "Content-Length": str(len(big))}.items():
        sending.putheader(name, value)
    sending.endheaders()
    sending.send(big[: len(big) * 2 // 3])
    until(lambda: committed(database) >= 1024 * 1024)  # a HEAD would end the PATCH with the little that has come
    live.dies()
    sending.close()
    assert not open_store(settings.blob_url).has(sha256(big))
    live.starts()
    offset = int(ask(live, "HEAD", path, tus)["upload-offset"])
    assert 1024 * 1024 <= offset <= len(big) * 2 // 3
    ask(live, "PATCH", path, {**tus, "Content-Type": CHUNK, "Upload-Offset": str(offset)}, big[offset:])
    with open_store(settings.blob_url).open(sha256(big)) as file:
        assert file.read() == big


def committed(database: Session) -> int:
    """How much of the only upload is in the database."""
    database.rollback()
    return database.scalars(select(Upload.offset)).one()


def ask(live: LiveServer, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> dict[str, str]:
    """One request that must succeed; its headers in lower case."""
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status < 300, answer.status
        return {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("did not happen within a minute")


def stored(settings: Settings) -> bytes:
    """What the server keeps under the photo's hash."""
    with open_store(settings.blob_url).open(sha256(PHOTO)) as file:
        return file.read()
