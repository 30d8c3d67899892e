"""GET /photos/{id}: who may see a photo, and that its bytes come as they were taken."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from PIL import Image

from server.settings import Settings
from server.storage import open_store
from tests.builders import Office
from tests.pictures import bomb, jpeg, sha256
from tests.server.api.tus_wire import Tus, records_photo
from tests.server.api.wire import Site, site_of

PHOTO = jpeg((900, 600))


@pytest.fixture
def at_work(office: Office, client: FlaskClient) -> tuple[Tus, Site]:
    """A tablet at a site."""
    leader = office.hires()
    return Tus(client, office.enrols(leader)), site_of(office, leader)


def sent(office: Office, at_work: tuple[Tus, Site], data: bytes) -> str:
    """A photo whose record and bytes are here; its path."""
    tus, site = at_work
    id = records_photo(office, site, data)
    tus.send(data, id)
    return f"/api/v1/photos/{id}"


def test_the_original_comes_bit_identical(office: Office, at_work: tuple[Tus, Site]) -> None:
    path = sent(office, at_work, PHOTO)
    answer = at_work[0].ask("GET", path)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PHOTO, "image/jpeg")
    assert answer.headers["ETag"] == f'"{sha256(PHOTO)}"'
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{path.rpartition("/")[2]}.jpg"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    again = at_work[0].ask("GET", path, If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("size", [320, 1280])
def test_smaller_sizes_are_made_once_and_kept(
    office: Office, at_work: tuple[Tus, Site], settings: Settings, size: int
) -> None:
    path = sent(office, at_work, PHOTO)
    store = open_store(settings.blob_url)
    assert store.derived(sha256(PHOTO), f"{size}.jpg") is None
    answer = at_work[0].ask("GET", f"{path}?size={size}")
    with Image.open(io.BytesIO(answer.data)) as image:
        assert max(image.size) == min(size, 900)
    assert store.derived(sha256(PHOTO), f"{size}.jpg") == answer.data
    assert at_work[0].ask("GET", f"{path}?size={size}").data == answer.data
    assert at_work[0].ask("GET", path).data == PHOTO


@pytest.mark.parametrize("size", ["0", "321", "-1", "x", "", "1e3", "320,1280", "99999999999999999999"])
def test_other_sizes_are_refused(office: Office, at_work: tuple[Tus, Site], size: str) -> None:
    answer = at_work[0].ask("GET", sent(office, at_work, PHOTO) + f"?size={size}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("data", [b"<html><script>alert(1)</script>", bomb(), PHOTO[:2000]])
def test_what_is_no_image_is_given_as_a_file_and_has_no_sizes(
    office: Office, at_work: tuple[Tus, Site], data: bytes
) -> None:
    path = sent(office, at_work, data)
    answer = at_work[0].ask("GET", path)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, data, "application/octet-stream")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    small = at_work[0].ask("GET", f"{path}?size=320")
    assert (small.status_code, small.get_json()["code"]) == (409, "conflict")


def test_a_photo_of_a_foreign_campaign_is_unknown(
    office: Office, at_work: tuple[Tus, Site], client: FlaskClient
) -> None:
    path = sent(office, at_work, PHOTO)
    stranger = office.hires()
    site_of(office, stranger)
    kit = office.enrols(stranger)
    for url in (path, f"{path}?size=320", f"/api/v1/photos/{uuid4()}"):
        assert Tus(client, kit).ask("GET", url).status_code == 404


def test_bytes_that_have_not_come_are_not_found(office: Office, at_work: tuple[Tus, Site]) -> None:
    tus, site = at_work
    id = records_photo(office, site, PHOTO)
    assert tus.patch(tus.begin(PHOTO, id), PHOTO[:-1], 0).status_code == 204
    answer = tus.ask("GET", f"/api/v1/photos/{id}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")
    assert "chưa" in answer.get_json()["detail"]


def test_who_may_not_look(office: Office, at_work: tuple[Tus, Site], client: FlaskClient) -> None:
    path, kit = sent(office, at_work, PHOTO), at_work[0].kit
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": f"Bearer {kit.upload_token}"}).status_code == 403
    office.revokes(kit)
    assert client.get(path, headers=kit.headers).status_code == 403
