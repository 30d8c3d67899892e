"""Comparing what a photo says about itself with the visit. Differences are shown to the reviewer, nothing is refused."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

MAX_DISTANCE_M = 500
"""A large station with its yard and a phone's GPS under a steel roof stay below."""
TOLERANCE = timedelta(hours=1)
"""Photos of the arrival and of the signing lie just outside the visit; camera clocks are minutes off."""
LONGEST_VISIT = timedelta(hours=24)
"""A visit that nobody ended is taken to end a day later."""
EDITED_AFTER = timedelta(minutes=1)
"""Phones write the file seconds after the shot."""
EDITORS = (
    "photoshop",
    "gimp",
    "snapseed",
    "lightroom",
    "picsart",
    "affinity",
    "paint",
    "facetune",
    "canva",
    "pixelmator",
)
_EARTH_RADIUS_M = 6_371_000

Warnings = list[dict[str, Any]]


def compare(
    photo: Mapping[str, Any], exif: Mapping[str, str], inspection: Mapping[str, Any] | None,
    establishment: Mapping[str, Any] | None,
) -> Warnings:  # fmt: skip
    """List what a reviewer should look at: `{code, level, detail}`, level `warning` or `note`."""
    found: Warnings = []
    if not exif:
        said = "giờ và nơi chụp là do máy tính bảng ghi" if point(photo.get("position")) else "giờ chụp là do máy tính bảng ghi, không có vị trí chụp"  # fmt: skip
        found.append(_note("no_exif", f"Ảnh không còn dữ liệu EXIF: {said}."))
    found += _edited(photo, exif)
    found += _clocks(photo, exif)
    visits = [v for v in (inspection or {}).get("visits") or [] if isinstance(v, Mapping)]
    found += _time(photo, exif, visits)
    found += _place(photo, exif, visits, establishment or {})
    return found


def distance_m(a: tuple[str, str], b: tuple[str, str]) -> int:
    """Metres between two points (lat, lon) on a sphere; good to 0.5 %, the limit is 500 m."""
    lat1, lon1, lat2, lon2 = (math.radians(float(v)) for v in (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return round(2 * _EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h))))


def _edited(photo: Mapping[str, Any], exif: Mapping[str, str]) -> Warnings:
    taken, modified = instant(exif.get("taken_at")), instant(exif.get("modified_at"))
    software = exif.get("software", "")
    found: Warnings = []
    if (taken and modified and modified - taken > EDITED_AFTER) or any(e in software.lower() for e in EDITORS):
        by = f" bằng {software}" if software else ""
        found.append(
            _warning("edited", f"Ảnh có dấu hiệu đã sửa sau khi chụp{by}.", modified_at=exif.get("modified_at"))
        )
    original = photo.get("original_sha256")
    if original and original != photo.get("sha256"):
        found.append(_note("not_original", "Đây là bản máy tính bảng làm lại từ ảnh gốc.", original_sha256=original))
    return found


def _clocks(photo: Mapping[str, Any], exif: Mapping[str, str]) -> Warnings:
    """The camera and the tablet's app each wrote a time: a photo taken earlier and chosen from the album shows here."""
    camera, tablet = instant(exif.get("taken_at")), instant(photo.get("taken_at"))
    if camera is None or tablet is None or abs(camera - tablet) <= TOLERANCE:
        return []
    off = abs(camera - tablet)
    said = f"Giờ máy ảnh ghi trong tệp lệch {_duration(off)} so với giờ máy tính bảng ghi."
    return [_warning("clocks_differ", said, off_s=int(off.total_seconds()))]


def _time(photo: Mapping[str, Any], exif: Mapping[str, str], visits: list[Mapping[str, Any]]) -> Warnings:
    taken = instant(exif.get("taken_at")) or instant(photo.get("taken_at"))
    spans = [span for visit in visits if (span := _span(visit)) is not None]
    if taken is None or not spans:
        return []
    off = min(max(start - taken, taken - end, timedelta(0)) for start, end in spans)
    if off <= TOLERANCE:
        return []
    return [
        _warning(
            "outside_visit", f"Ảnh chụp ngoài giờ kiểm tra, lệch {_duration(off)}.", off_s=int(off.total_seconds())
        )
    ]


def _span(visit: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    start = instant(visit.get("started_at"))
    if start is None:
        return None
    return start, instant(visit.get("ended_at")) or start + LONGEST_VISIT


def _place(
    photo: Mapping[str, Any], exif: Mapping[str, str], visits: list[Mapping[str, Any]], establishment: Mapping[str, Any]
) -> Warnings:
    """Where no visit has a position, the site's own is taken."""
    taken = point(exif) or point(photo.get("position"))
    places = points(v.get("position") for v in visits) or points([establishment])
    if taken is None or not places:
        return [_note("no_position", "Không có vị trí chụp.")] if exif and taken is None and places else []
    off = min(distance_m(taken, place) for place in places)
    if off <= MAX_DISTANCE_M:
        return []
    far = f"{off} m" if off < 1000 else f"{off / 1000:.1f} km".replace(".", ",")
    return [_warning("far_from_visit", f"Ảnh chụp cách nơi kiểm tra {far}.", distance_m=off)]


def points(values: Iterable[Any]) -> list[tuple[str, str]]:
    """Read those that are positions."""
    return [found for value in values if (found := point(value)) is not None]


def point(value: Any) -> tuple[str, str] | None:
    """Read a position {lat, lon}; None where it is none on this earth."""
    if not isinstance(value, Mapping):
        return None
    lat, lon = value.get("lat"), value.get("lon")
    try:
        valid = abs(float(lat or "nan")) <= 90 and abs(float(lon or "nan")) <= 180
    except (TypeError, ValueError):
        return None
    return (str(lat), str(lon)) if valid else None


def instant(value: Any) -> datetime | None:
    """Read an RFC 3339 instant; what has no offset or is none is None."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None else None


def _duration(off: timedelta) -> str:
    hours = round(off.total_seconds() / 3600)
    return f"{hours} giờ" if hours < 48 else f"{round(hours / 24)} ngày"


def _warning(code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "level": "warning", "detail": detail, **more}


def _note(code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "level": "note", "detail": detail, **more}
