"""The map of an inspection: to scale, north up, what is far away at the edge with its distance."""

from __future__ import annotations

import math
from typing import Any

import pytest

from server.services.photo_evidence import distance_m
from server.services.photo_view import NOWHERE, Photo, around, photos_of
from server.services.site_map import HEIGHT, WIDTH, SiteMap, drawn

SITE = {"lat": "21.273100", "lon": "106.194600"}
NEAR = {"lat": "21.273990", "lon": "106.194600", "accuracy_m": "12"}
"""99 metres north."""
FAR = {"lat": "21.381000", "lon": "106.194600"}


def photo(id: str, position: Any, **more: Any) -> dict[str, Any]:
    """A photo's record."""
    return {"id": id, "position": position, "status": "complete", "taken_at": f"2021-08-05T08:0{id}:00+07:00", **more}


def shown(*photos: dict[str, Any], inspection: dict[str, Any] | None = None, site: Any = SITE) -> SiteMap | None:
    """Draw."""
    near = around(inspection or {}, site or {}, {})
    return drawn(inspection or {}, site or {}, photos_of(photos, {}, near))


def test_a_photo_stands_north_of_the_site_to_scale() -> None:
    found = shown(photo("1", NEAR))
    assert found is not None
    site, one = found.marks
    assert (site.kind, site.x, site.y) == ("site", WIDTH / 2, HEIGHT / 2)
    assert one.x == WIDTH / 2
    pixels = HEIGHT / 2 - one.y
    metres = distance_m((SITE["lat"], SITE["lon"]), (NEAR["lat"], NEAR["lon"]))
    assert math.isclose(pixels / metres, found.bar / found.bar_m, rel_tol=0.02), "the bar has the same scale"
    assert math.isclose(one.radius, 12 * found.bar / found.bar_m, rel_tol=0.01)
    assert one.title == "Ảnh 1, cách cơ sở 99 m"


def test_what_is_far_stands_at_the_edge_with_its_distance_and_does_not_shrink_the_rest() -> None:
    near, both = shown(photo("1", NEAR)), shown(photo("1", NEAR), photo("2", FAR))
    assert near is not None
    assert both is not None
    assert both.bar == near.bar
    (far,) = [m for m in both.marks if m.far]
    assert far.far == "12,0 km"
    assert (far.label, far.y < 30, 0 <= far.x <= WIDTH) == ("2", True, True)


def test_photos_on_one_spot_are_named_together() -> None:
    found = shown(photo("1", NEAR), photo("2", NEAR), photo("3", FAR), photo("4", FAR))
    assert found is not None
    assert [m.label for m in found.marks] == ["Cơ sở", "1, 2", "3, 4"]


def test_the_place_is_what_the_file_says_and_voided_photos_are_left_out() -> None:
    found = shown(photo("1", NEAR, exif=FAR), photo("2", NEAR, voided={"reason": "x"}))
    assert found is not None
    assert [m.far for m in found.marks if m.kind == "photo"] == ["12,0 km"]


@pytest.mark.parametrize(
    "junk", [None, "x", {}, {"lat": "x", "lon": "y"}, {"lat": "91", "lon": "0"}, {"lat": None, "lon": "1"}]
)
def test_without_any_position_there_is_no_map(junk: Any) -> None:
    assert shown(photo("1", junk), inspection={"visits": [{"position": junk}, "x"]}, site=junk if isinstance(junk, dict) else {}) is None  # fmt: skip


@pytest.mark.parametrize("accuracy", ["0", "-5", "nan", "inf", "x", None, "1e9", 7])
def test_odd_accuracies_draw(accuracy: Any) -> None:
    found = shown(inspection={"visits": [{"position": {**NEAR, "accuracy_m": accuracy}}]})
    assert found is not None
    assert all(math.isfinite(m.radius) and m.radius >= 0 for m in found.marks)


def test_distance_falls_back_to_where_the_team_was() -> None:
    def first(*, site: dict[str, Any], visits: list[Any]) -> Photo:
        return photos_of([photo("1", NEAR)], {}, around({"visits": visits}, site, {}))[0]

    assert first(site=SITE, visits=[]).distance_m == 99
    assert first(site={}, visits=[{"position": SITE}]).distance_m == 99
    assert first(site={}, visits=[]).distance_m is None
    assert photos_of([photo("1", NEAR)], {}, NOWHERE)[0].distance_m is None


@pytest.mark.parametrize(("exif", "camera"), [
    ({"make": "Samsung", "model": "SM-T575"}, "Samsung SM-T575"), ({"make": "Canon", "model": "Canon EOS"}, "Canon EOS"),
    ({"model": "X"}, "X"), ({}, ""), ("x", ""),
])  # fmt: skip
def test_the_camera_is_named_once(exif: Any, camera: str) -> None:
    assert photos_of([photo("1", NEAR, exif=exif)], {}, NOWHERE)[0].camera == camera
