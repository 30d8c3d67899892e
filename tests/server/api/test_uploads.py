"""tus 1.0.0 over HTTP: what is kept, what is refused, and that nothing wrong is ever visible."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db.uploads import Blob, Upload
from server.settings import Settings
from server.storage import open_store
from server.storage.disk import DiskStore
from sync.upload import MAX_SIZE
from tests.builders import Office
from tests.pictures import jpeg, sha256
from tests.server.api.tus_wire import CHUNK, UPLOADS, Tus, checksum, metadata

PHOTO = jpeg((120, 90))


@pytest.fixture
def tus(office: Office, client: FlaskClient) -> Tus:
    """An enrolled tablet."""
    return Tus(client, office.enrols(office.hires()))


def staging(settings: Settings) -> Path:
    """Where bytes wait."""
    return Path(settings.blob_url.removeprefix("file:")) / "staging"


def test_options_tell_what_the_server_can_do(client: FlaskClient) -> None:
    for path in (UPLOADS, f"{UPLOADS}/{uuid4()}"):
        answer = client.options(path)
        assert answer.status_code == 204
        assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
        assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,checksum,termination,expiration"
        assert answer.headers["Tus-Max-Size"] == str(MAX_SIZE)
        assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_photo_in_one_piece_is_stored_under_its_hash(tus: Tus, settings: Settings, database: Session) -> None:
    url = tus.begin(PHOTO)
    answer = tus.patch(url, PHOTO, 0)
    assert answer.status_code == 204
    assert answer.headers["Upload-Offset"] == str(len(PHOTO))
    assert answer.headers["Upload-Expires"].endswith("GMT")
    with open_store(settings.blob_url).open(sha256(PHOTO)) as file:
        assert file.read() == PHOTO
    blob = database.get_one(Blob, sha256(PHOTO))
    assert (blob.size, blob.media_type, blob.width, blob.height) == (len(PHOTO), "image/jpeg", 120, 90)
    assert list(staging(settings).iterdir()) == []


def test_head_tells_everything_a_client_needs_to_go_on(tus: Tus) -> None:
    photo_id = str(uuid4())
    url = tus.begin(PHOTO, photo_id)
    assert tus.patch(url, PHOTO[:100], 0).status_code == 204
    answer = tus.ask("HEAD", url)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (200, "100")
    assert answer.headers["Upload-Length"] == str(len(PHOTO))
    assert answer.headers["Cache-Control"] == "no-store"
    said = metadata(photo_id=photo_id, sha256=sha256(PHOTO), filetype="image/jpeg")
    assert answer.headers["Upload-Metadata"] == said


def test_a_photo_in_many_pieces_with_checksums(tus: Tus, settings: Settings) -> None:
    url = tus.begin(PHOTO)
    for at in range(0, len(PHOTO), 777):
        part = PHOTO[at : at + 777]
        answer = tus.patch(url, part, at, Upload_Checksum=checksum(part, "sha256" if at % 2 else "sha1"))
        assert answer.status_code == 204
    assert open_store(settings.blob_url).has(sha256(PHOTO))


def test_creation_with_upload(tus: Tus, settings: Settings) -> None:
    answer = tus.create(PHOTO, body=PHOTO[:500])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "500")
    assert tus.patch(answer.headers["Location"], PHOTO[500:], 500).status_code == 204
    whole = tus.create(jpeg(seed=2), body=jpeg(seed=2))
    assert (whole.status_code, whole.headers["Upload-Offset"]) == (201, str(len(jpeg(seed=2))))
    assert open_store(settings.blob_url).has(sha256(PHOTO))


def test_a_wrong_checksum_at_creation_names_the_upload_that_was_begun(tus: Tus) -> None:
    answer = tus.create(PHOTO, body=PHOTO, Upload_Checksum=checksum(b"other"))
    assert (answer.status_code, answer.get_json()["code"]) == (460, "checksum_mismatch")
    assert tus.offset(answer.headers["Location"]) == 0


def test_the_same_creation_twice_is_one_upload(tus: Tus) -> None:
    photo_id = str(uuid4())
    url = tus.begin(PHOTO, photo_id)
    assert tus.patch(url, PHOTO[:50], 0).status_code == 204
    again = tus.create(PHOTO, photo_id=photo_id)
    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (url, "50")


def test_identical_bytes_of_two_photos_are_sent_and_stored_once(tus: Tus, database: Session) -> None:
    tus.send(PHOTO)
    twin = tus.create(PHOTO)
    assert (twin.status_code, twin.headers["Upload-Offset"]) == (201, str(len(PHOTO)))
    assert database.scalar(select(func.count()).select_from(Blob)) == 1
    assert database.scalar(select(func.count()).where(Upload.state == "complete")) == 2


def test_another_tablet_must_send_bytes_that_it_only_knows_the_hash_of(
    tus: Tus, office: Office, client: FlaskClient, database: Session
) -> None:
    tus.send(PHOTO)
    other = Tus(client, office.enrols(office.hires()))
    url = other.begin(PHOTO)
    assert other.offset(url) == 0
    assert other.patch(url, PHOTO, 0).status_code == 204
    assert database.scalar(select(func.count()).select_from(Blob)) == 1


def test_an_empty_file_is_complete_with_its_creation(tus: Tus, database: Session) -> None:
    answer = tus.create(b"")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "0")
    assert database.get_one(Blob, sha256(b"")).media_type == "application/octet-stream"


def test_wrong_bytes_are_never_visible_and_must_begin_anew(tus: Tus, settings: Settings, database: Session) -> None:
    photo_id, bad = str(uuid4()), PHOTO[:-1] + b"X"
    url = tus.begin(PHOTO, photo_id)
    answer = tus.patch(url, bad, 0)
    assert (answer.status_code, answer.get_json()["code"]) == (460, "checksum_mismatch")
    for digest in (sha256(PHOTO), sha256(bad)):
        assert not open_store(settings.blob_url).has(digest)
    assert database.scalar(select(func.count()).select_from(Blob)) == 0
    assert tus.ask("HEAD", url).status_code == 410
    assert (staging(settings) / url.rpartition("/")[2]).read_bytes() == bad  # evidence of what went wrong
    again = tus.begin(PHOTO, photo_id)
    assert again != url
    assert tus.patch(again, PHOTO, 0).status_code == 204


def test_a_wrong_checksum_keeps_nothing_of_the_chunk(tus: Tus) -> None:
    url = tus.begin(PHOTO)
    answer = tus.patch(url, PHOTO[:100], 0, Upload_Checksum=checksum(PHOTO[:99]))
    assert (answer.status_code, answer.get_json()["code"]) == (460, "checksum_mismatch")
    assert tus.offset(url) == 0
    assert tus.patch(url, PHOTO, 0).status_code == 204


@pytest.mark.parametrize("offset", [0, 49, 51, len(PHOTO)])
def test_a_wrong_offset_is_told_where_the_server_stands(tus: Tus, offset: int) -> None:
    url = tus.begin(PHOTO)
    tus.patch(url, PHOTO[:50], 0)
    answer = tus.patch(url, PHOTO[offset:][:10], offset)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "offset_mismatch")
    assert answer.headers["Upload-Offset"] == "50"
    assert tus.offset(url) == 50


def test_too_many_bytes_are_refused_whole(tus: Tus) -> None:
    url = tus.begin(PHOTO)
    answer = tus.patch(url, PHOTO + b"more", 0)
    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    assert tus.offset(url) == 0


def test_a_torn_tail_behind_the_offset_is_harmless(tus: Tus, settings: Settings) -> None:
    url = tus.begin(PHOTO)
    tus.patch(url, PHOTO[:50], 0)
    with (staging(settings) / url.rpartition("/")[2]).open("ab") as file:
        file.write(b"written, never committed" * 1000)
    assert tus.offset(url) == 50
    assert tus.patch(url, PHOTO[50:], 50).status_code == 204
    with open_store(settings.blob_url).open(sha256(PHOTO)) as stored:
        assert stored.read() == PHOTO


def test_staged_bytes_lost_with_a_disk_are_asked_for_again(tus: Tus, settings: Settings) -> None:
    url = tus.begin(PHOTO)
    tus.patch(url, PHOTO[:50], 0)
    (staging(settings) / url.rpartition("/")[2]).unlink()
    assert tus.offset(url) == 0
    assert tus.patch(url, PHOTO, 0).status_code == 204


def test_a_crash_between_promoting_and_committing_is_mended(tus: Tus, settings: Settings, database: Session) -> None:
    url = tus.begin(PHOTO)
    store = open_store(settings.blob_url)
    with store.appending(url.rpartition("/")[2]) as staged:
        staged.write(0, PHOTO)
        staged.promote(sha256(PHOTO), len(PHOTO))
    assert tus.offset(url) == len(PHOTO)
    assert database.get_one(Blob, sha256(PHOTO)).width == 120


def test_a_full_disk_keeps_what_was_there(tus: Tus, settings: Settings) -> None:
    url = tus.begin(PHOTO)
    staged = staging(settings) / url.rpartition("/")[2]
    staged.unlink()
    staged.symlink_to("/dev/full")
    answer = tus.patch(url, PHOTO, 0)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert "chỗ" in answer.get_json()["detail"]
    staged.unlink()
    assert tus.offset(url) == 0
    assert tus.patch(url, PHOTO, 0).status_code == 204


def test_termination(tus: Tus, settings: Settings) -> None:
    url = tus.begin(PHOTO)
    assert tus.ask("DELETE", url).status_code == 204
    assert list(staging(settings).iterdir()) == []
    for answer in (tus.ask("HEAD", url), tus.ask("DELETE", url), tus.patch(url, PHOTO, 0)):
        assert answer.status_code == 410
    done = tus.send(PHOTO)
    assert tus.ask("DELETE", done).status_code == 409


def test_methods_behind_a_proxy_that_knows_only_post(tus: Tus) -> None:
    url = tus.begin(PHOTO)
    sent = tus.ask("POST", url, PHOTO[:9], X_HTTP_Method_Override="PATCH", Upload_Offset="0", Content_Type=CHUNK)
    assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, "9")
    assert tus.ask("POST", url, X_HTTP_Method_Override="HEAD").headers["Upload-Offset"] == "9"
    assert tus.ask("POST", url, X_HTTP_Method_Override="GET").status_code == 405
    assert tus.ask("POST", url, X_HTTP_Method_Override="PATCH", Content_Type=CHUNK).status_code == 400
    assert tus.ask("POST", url, X_HTTP_Method_Override="DELETE").status_code == 204


GOOD = metadata(photo_id=str(uuid4()), sha256="0" * 64, filetype="image/jpeg")
BAD_CREATIONS: dict[str, tuple[int, dict[str, str]]] = {
    "no version": (412, {"Tus_Resumable": ""}),
    "another version": (412, {"Tus_Resumable": "0.2.2"}),
    "no length": (400, {"Upload_Length": ""}),
    "deferred length": (400, {"Upload_Defer_Length": "1"}),
    "negative length": (400, {"Upload_Length": "-1"}),
    "length in words": (400, {"Upload_Length": "1e3"}),
    "endless length": (400, {"Upload_Length": "9" * 16}),
    "too long": (413, {"Upload_Length": str(MAX_SIZE + 1)}),
    "no metadata": (400, {"Upload_Metadata": ""}),
    "metadata not base64": (400, {"Upload_Metadata": "photo_id ###"}),
    "metadata not utf-8": (400, {"Upload_Metadata": "photo_id /w=="}),
    "a key twice": (400, {"Upload_Metadata": f"{GOOD},photo_id eA=="}),
    "an empty key": (400, {"Upload_Metadata": f"{GOOD},"}),
    "no photo": (400, {"Upload_Metadata": metadata(sha256="0" * 64)}),
    "photo of no uuid": (400, {"Upload_Metadata": metadata(photo_id="../../etc/passwd", sha256="0" * 64)}),
    "a short hash": (400, {"Upload_Metadata": metadata(photo_id=str(uuid4()), sha256="0" * 63)}),
    "a file type that is none": (
        400,
        {"Upload_Metadata": metadata(photo_id=str(uuid4()), sha256="0" * 64, filetype="<script>")},
    ),
    "an unknown checksum": (400, {"Upload_Checksum": "crc32 AAAA"}),
    "a checksum not base64": (400, {"Upload_Checksum": "sha1 ¤"}),
    "a short checksum": (400, {"Upload_Checksum": "sha1 AAAA"}),
}


@pytest.mark.parametrize(("status", "headers"), BAD_CREATIONS.values(), ids=BAD_CREATIONS.keys())
def test_bad_creations(tus: Tus, status: int, headers: dict[str, str], database: Session) -> None:
    answer = tus.ask("POST", UPLOADS, None, **{"Upload_Length": "5", "Upload_Metadata": GOOD, **headers})
    problem = answer.get_json()
    assert answer.status_code == problem["status"] == status
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert (answer.headers.get("Tus-Version") == "1.0.0") == (status == 412)
    assert database.scalar(select(func.count()).select_from(Upload)) == 0


BAD_CHUNKS: dict[str, tuple[int, dict[str, str]]] = {
    "no version": (412, {"Tus_Resumable": ""}),
    "no offset": (400, {"Upload_Offset": ""}),
    "negative offset": (400, {"Upload_Offset": "-1"}),
    "offset in words": (400, {"Upload_Offset": "0x0"}),
    "a form": (415, {"Content_Type": "application/x-www-form-urlencoded"}),
    "no type": (415, {"Content_Type": ""}),
    "an unknown checksum": (400, {"Upload_Checksum": "md5 AAAA"}),
    "no token": (401, {"Authorization": ""}),
    "a wrong token": (401, {"Authorization": "Bearer x"}),
}


@pytest.mark.parametrize(("status", "headers"), BAD_CHUNKS.values(), ids=BAD_CHUNKS.keys())
def test_bad_chunks(tus: Tus, status: int, headers: dict[str, str]) -> None:
    url = tus.begin(PHOTO)
    answer = tus.ask("PATCH", url, PHOTO, **{"Upload_Offset": "0", "Content_Type": CHUNK, **headers})
    assert answer.status_code == answer.get_json()["status"] == status
    assert tus.offset(url) == 0


def test_a_foreign_upload_is_unknown(tus: Tus, office: Office, client: FlaskClient) -> None:
    url = tus.begin(PHOTO)
    other = Tus(client, office.enrols(office.hires()))
    for answer in (other.ask("HEAD", url), other.patch(url, PHOTO, 0), other.ask("DELETE", url)):
        assert answer.status_code == 404
    assert other.patch(f"{UPLOADS}/{uuid4()}", PHOTO, 0).status_code == 404
    assert other.patch(f"{UPLOADS}/..%2f..%2fx", PHOTO, 0).status_code == 404
    assert tus.offset(url) == 0


def test_the_upload_token_and_a_revoked_tablet_may_still_deliver(tus: Tus, office: Office) -> None:
    url = tus.begin(PHOTO)
    office.revokes(tus.kit)
    answer = tus.patch(url, PHOTO, 0, Authorization=f"Bearer {tus.kit.upload_token}")
    assert answer.status_code == 204


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", ["Niêm phong – cột số 1.jpg", "ả" * 85])  # 255 bytes in NFC
def test_names_are_ignored_content_is_the_key(tus: Tus, name: str, form: Literal["NFC", "NFD"]) -> None:
    name = unicodedata.normalize(form, name)
    said = metadata(filename=name, photo_id=str(uuid4()), sha256=sha256(PHOTO), filetype="image/jpeg")
    answer = tus.ask("POST", UPLOADS, Upload_Length=str(len(PHOTO)), Upload_Metadata=said)
    assert answer.status_code == 201
    assert tus.patch(answer.headers["Location"], PHOTO, 0).status_code == 204


def test_two_racing_patches_make_one_photo(tus: Tus, app: Flask, settings: Settings, database: Session) -> None:
    big = jpeg((900, 700))
    url = tus.begin(big)

    def race(work: Callable[[Tus], Any]) -> list[int]:
        barrier, statuses = threading.Barrier(4), []

        def run() -> None:
            mine = Tus(app.test_client(), tus.kit)
            barrier.wait()
            statuses.append(work(mine).status_code)

        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(statuses)

    middle = len(big) // 2
    assert race(lambda t: t.patch(url, big[:middle], 0)) == [204, 409, 409, 409]
    assert race(lambda t: t.patch(url, big[middle:], middle)) == [204, 409, 409, 409]
    assert tus.offset(url) == len(big)
    store = open_store(settings.blob_url)
    assert isinstance(store, DiskStore)
    assert store.path_of(sha256(big)).read_bytes() == big
    assert database.scalar(select(func.count()).select_from(Blob)) == 1
