"""Record and bytes meet in either order; what a photo says is compared with the visit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.services import photo_evidence, photos
from tests.builders import Office
from tests.pictures import bomb, jpeg, sha256
from tests.server.api.tus_wire import VISIT, Tus, records_photo, state_of, visits
from tests.server.api.wire import Site, new_id, site_of

PHOTO = jpeg((80, 60))


@pytest.fixture
def at_work(office: Office, client: FlaskClient) -> tuple[Tus, Site]:
    """A tablet at a site whose visit is noted."""
    leader = office.hires()
    site = site_of(office, leader)
    visits(office, site)
    return Tus(client, office.enrols(leader)), site


def codes(state: dict[str, Any]) -> list[str]:
    """The codes of a photo's warnings."""
    return [warning["code"] for warning in state["warnings"]]


@pytest.mark.parametrize("record_first", [True, False])
def test_any_order_of_record_and_bytes_ends_complete(
    at_work: tuple[Tus, Site], office: Office, record_first: bool
) -> None:
    tus, site = at_work
    id = new_id()
    if record_first:
        records_photo(office, site, PHOTO, id)
    tus.send(PHOTO, id)
    if not record_first:
        records_photo(office, site, PHOTO, id)
        with office.transaction() as session:
            assert photos.settle(session, [id], datetime.now(UTC)) == [id]
    state = state_of(office, "photo", id)
    assert (state["status"], state["width"], state["height"], state["warnings"]) == ("complete", 80, 60, [])
    assert state["exif"]["model"] == "SM-T575"
    with office.transaction() as session:
        assert photos.settle(session, [id, id, new_id()], datetime.now(UTC)) == []


def test_a_pushed_record_finds_its_bytes(at_work: tuple[Tus, Site], office: Office) -> None:
    tus, site = at_work
    from tests.server.api.wire import Wire

    wire, id = Wire(tus.client, tus.kit), new_id()
    tus.send(PHOTO, id)
    said = {"inspection_id": site.inspection, "finding_id": None, "purpose": "evidence", "sha256": sha256(PHOTO),
            "size": len(PHOTO), "media_type": "image/jpeg", "taken_at": "2021-08-05T08:30:00+07:00", "position": None,
            "original_sha256": None}  # fmt: skip
    assert wire.one(wire.op("photo", id, "create", site.scope, said, parent=site.inspection))["status"] == "applied"
    assert state_of(office, "photo", id)["status"] == "complete"
    wire.pull()
    assert wire.documents["photo", id]["state"]["status"] == "complete"


def test_bytes_of_another_photo_do_not_complete_this_one(at_work: tuple[Tus, Site], office: Office) -> None:
    """Hashes are printed on minutes: knowing one must not open another campaign's photo."""
    tus, site = at_work
    tus.send(PHOTO)
    id = records_photo(office, site, PHOTO)
    with office.transaction() as session:
        assert photos.settle(session, [id], datetime.now(UTC)) == []
    assert state_of(office, "photo", id)["status"] == "expected"


def test_a_record_of_other_bytes_stays_expected(at_work: tuple[Tus, Site], office: Office) -> None:
    tus, site = at_work
    id = records_photo(office, site, jpeg(seed=9))
    tus.send(PHOTO, id)
    assert state_of(office, "photo", id)["status"] == "expected"


def test_twins_are_both_complete(at_work: tuple[Tus, Site], office: Office) -> None:
    tus, site = at_work
    ids = [records_photo(office, site, PHOTO) for _ in range(2)]
    for id in ids:
        tus.send(PHOTO, id)
    assert [state_of(office, "photo", id)["status"] for id in ids] == ["complete", "complete"]


@pytest.mark.parametrize(
    "data", [b"", b"text", bomb(), PHOTO[: len(PHOTO) // 2]], ids=["0 bytes", "text", "bomb", "cut"]
)
def test_what_is_no_image_is_kept_as_unusable(at_work: tuple[Tus, Site], office: Office, data: bytes) -> None:
    tus, site = at_work
    id = records_photo(office, site, data)
    if data:
        tus.send(data, id)
    else:
        assert tus.create(data, photo_id=id).status_code == 201
    state = state_of(office, "photo", id)
    assert (state["status"], state["width"], codes(state)) == ("unusable", None, ["not_an_image"])


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        ([], jpeg()),
        (["clocks_differ"], jpeg(taken_at="2021:08:05 07:05:00")),
        (["clocks_differ", "outside_visit"], jpeg(taken_at="2021:08:02 08:30:00")),
        (["clocks_differ", "outside_visit"], jpeg(taken_at="2021:08:05 11:00:01")),
        (["far_from_visit"], jpeg(place=("21.380000", "106.194600"))),
        (["no_exif"], jpeg(taken_at=None, place=None)),
        (["edited"], jpeg(modified_at="2021:08:05 09:30:00")),
        (["edited"], jpeg(software="Adobe Photoshop 22.4")),
        (
            ["edited", "clocks_differ", "outside_visit", "far_from_visit"],
            jpeg(taken_at="2020:01:01 00:00:00", place=("10.776000", "106.700000"), software="Snapseed"),
        ),
    ],
)
def test_a_mismatch_is_shown_and_nothing_refused(
    at_work: tuple[Tus, Site], office: Office, expected: list[str], data: bytes
) -> None:
    """Acceptance 15: every way to differ; tests/journeys shows them on the reviewer's page."""
    tus, site = at_work
    id = records_photo(office, site, data)
    tus.send(data, id)
    state = state_of(office, "photo", id)
    assert state["status"] == "complete"
    assert codes(state) == expected


def test_visits_that_come_later_are_compared_too(at_work: tuple[Tus, Site], office: Office) -> None:
    tus, site = at_work
    data = jpeg(taken_at="2021:08:06 08:30:00")
    id = records_photo(office, site, data)
    tus.send(data, id)
    assert codes(state_of(office, "photo", id)) == ["clocks_differ", "outside_visit"]
    second = {**VISIT, "started_at": "2021-08-06T08:00:00+07:00", "ended_at": None}
    visits(office, site, VISIT, second)
    with office.transaction() as session:
        assert photos.recheck(session, [site.inspection], datetime.now(UTC)) == [id]
    with office.transaction() as session:
        assert photos.recheck(session, [site.inspection], datetime.now(UTC)) == []
    assert codes(state_of(office, "photo", id)) == ["clocks_differ"]


def test_a_push_that_changes_the_visits_compares_the_photos_again(at_work: tuple[Tus, Site], office: Office) -> None:
    tus, site = at_work
    id = records_photo(office, site, jpeg(taken_at="2021:08:06 08:30:00"))
    tus.send(jpeg(taken_at="2021:08:06 08:30:00"), id)
    assert codes(state_of(office, "photo", id)) == ["clocks_differ", "outside_visit"]
    from tests.server.api.wire import Wire

    wire = Wire(tus.client, tus.kit)
    second = {**VISIT, "started_at": "2021-08-06T08:00:00+07:00", "ended_at": None}
    patch = wire.op(
        "inspection", site.inspection, "patch", site.scope, {"visits": [VISIT, second]}, base={"visits": [VISIT]}
    )
    assert wire.one(patch)["status"] == "applied"
    assert codes(state_of(office, "photo", id)) == ["clocks_differ"]


def test_without_a_visit_s_position_the_site_s_own_is_taken() -> None:
    exif = {"taken_at": "2021-08-05T08:30:00+07:00", "lat": "21.380000", "lon": "106.194600"}
    found = photo_evidence.compare({}, exif, {"visits": []}, {"lat": "21.273100", "lon": "106.194600"})
    assert [w["detail"] for w in found] == ["Ảnh chụp cách nơi kiểm tra 11,9 km."]
    assert photo_evidence.compare({}, exif, None, None) == []


@pytest.mark.parametrize("junk", [None, "", "x", 5, [], {}, {"lat": "x", "lon": None}, {"lat": "nan", "lon": "inf"}])
def test_senseless_visits_are_passed_over(junk: Any) -> None:
    exif = {"taken_at": "2021-08-05T08:30:00+07:00", "lat": "21.380000", "lon": "106.194600"}
    visit = {"started_at": junk, "ended_at": junk, "position": junk}
    assert photo_evidence.compare({"position": junk, "taken_at": junk}, exif, {"visits": [visit, junk]}, None) == []


def test_distance() -> None:
    assert photo_evidence.distance_m(("21.0285", "105.8542"), ("10.7769", "106.7009")) == pytest.approx(
        1_143_000, rel=0.01
    )
