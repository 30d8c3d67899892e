"""The map of one inspection in metres around the site: site, visits and photos with their accuracy, ready to be drawn.

No outline of the commune is drawn: the server has none, and a guessed one would be evidence of nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.services.photo_evidence import MAX_DISTANCE_M, distance_m, point
from server.services.photo_view import Photo

WIDTH, HEIGHT = 640, 360
MARGIN = 34
"""Room at the edge for the marks of what lies outside."""
FARTHEST_M = 1000
"""What is farther from the middle stands at the edge with its distance: to scale, it would make a dot of all else."""
LEAST_M = 30
"""Half the height of the map at least: phones know their place to some metres."""
APART = 12
"""Pixels within which two photos stand on one spot."""
_METRES_PER_DEGREE = 111_195
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """One point. `kind` is `site`, `visit` or `photo`; `radius` = the accuracy in pixels, 0 = not told.

    `far` = its distance in words where it lies outside and stands at the edge.
    """

    kind: str
    label: str
    title: str
    x: float
    y: float
    radius: float
    far: str


@dataclass(frozen=True, slots=True)
class SiteMap:
    """What is drawn, with a scale bar of `bar` pixels for `bar_m` metres."""

    marks: Sequence[Mark]
    bar: float
    bar_m: int
    limit: float
    """Pixels from the middle to where a photo counts as far away; 0 = beyond the map."""
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class _Spot:
    kind: str
    label: str
    title: str
    place: tuple[str, str]
    accuracy: float


def drawn(inspection: State, establishment: State, photos: Sequence[Photo]) -> SiteMap | None:
    """Return the map, north up; None where nothing has a position."""
    spots = [*_site(establishment), *_visits(inspection), *_photos(photos)]
    if not spots:
        return None
    middle = spots[0].place
    near = [spot for spot in spots if distance_m(spot.place, middle) <= FARTHEST_M]
    reach = max([LEAST_M, *(max(map(abs, _offset(spot, middle))) + spot.accuracy for spot in near)])
    scale = (HEIGHT / 2 - MARGIN) / reach
    bar_m = _round(WIDTH / 4 / scale)
    limit = MAX_DISTANCE_M * scale
    marks = _merged([_mark(spot, middle, scale) for spot in spots])
    return SiteMap(marks, bar_m * scale, bar_m, round(limit, 1) if limit < WIDTH / 2 else 0)


def _site(establishment: State) -> list[_Spot]:
    place = point(establishment)
    return [] if place is None else [_Spot("site", "Cơ sở", "Vị trí cơ sở trong sổ đăng ký", place, 0)]


def _visits(inspection: State) -> list[_Spot]:
    found = []
    for number, visit in enumerate(inspection.get("visits") or [], 1):
        position = visit.get("position") if isinstance(visit, Mapping) else None
        place = point(position)
        if place is not None:
            title = f"Nơi đoàn ghi vị trí, lần {number}"
            found.append(_Spot("visit", "Đoàn", title, place, _accuracy(position)))
    return found


def _photos(photos: Sequence[Photo]) -> list[_Spot]:
    return [
        _Spot("photo", str(photo.number or "ký"), _photo_title(photo), photo.place, _accuracy(photo.position))
        for photo in photos
        if not photo.voided and photo.place is not None
    ]


def _photo_title(photo: Photo) -> str:
    name = f"Ảnh {photo.number}" if photo.number else "Ảnh bản ký"
    return name if photo.distance_m is None else f"{name}, cách cơ sở {metres(photo.distance_m)}"


def _mark(spot: _Spot, middle: tuple[str, str], scale: float) -> Mark:
    east, north = _offset(spot, middle)
    x, y = WIDTH / 2 + east * scale, HEIGHT / 2 - north * scale
    inside_x, inside_y = min(max(x, MARGIN / 2), WIDTH - MARGIN / 2), min(max(y, MARGIN / 2), HEIGHT - MARGIN / 2)
    is_far = (x, y) != (inside_x, inside_y)
    far = metres(distance_m(spot.place, middle)) if is_far else ""
    radius = 0 if is_far else spot.accuracy * scale
    return Mark(spot.kind, spot.label, spot.title, round(inside_x, 1), round(inside_y, 1), round(radius, 1), far)


def _merged(marks: Sequence[Mark]) -> list[Mark]:
    """Write the numbers of photos that stand on one spot beside each other: the last drawn would hide the others."""
    found: dict[tuple[object, ...], Mark] = {}
    for mark in marks:
        key = (mark.kind, mark.far, round(mark.x / APART), round(mark.y / APART))
        first = found.get(key)
        if first is None or mark.kind != "photo":
            found[key] = mark
        else:
            found[key] = replace(first, label=f"{first.label}, {mark.label}", title=f"{first.title}; {mark.title}")
    return list(found.values())


def metres(distance: int) -> str:
    """Write a distance: 35 m, 2,4 km."""
    return f"{distance} m" if distance < 1000 else f"{distance / 1000:.1f} km".replace(".", ",")


def _offset(spot: _Spot, middle: tuple[str, str]) -> tuple[float, float]:
    """Return metres east and north of the middle; flat, which is good to a decimetre at these distances."""
    lat, lon, lat0, lon0 = (float(v) for v in (*spot.place, *middle))
    return (lon - lon0) * _METRES_PER_DEGREE * math.cos(math.radians(lat0)), (lat - lat0) * _METRES_PER_DEGREE


def _accuracy(position: Any) -> float:
    try:
        found = float(position.get("accuracy_m") or 0)
    except (AttributeError, TypeError, ValueError):
        return 0
    return min(found, FARTHEST_M) if found > 0 and math.isfinite(found) else 0


def _round(length: float) -> int:
    """Return the largest 1, 2 or 5 times a power of ten that is not longer."""
    power = 10 ** math.floor(math.log10(length))
    return int(max(step * power for step in (1, 2, 5) if step * power <= length)) or 1
