"""Photos as a reviewer sees them: number, time, place, distance to the site, camera, and whatever does not agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.services.history import who
from server.services.photo_evidence import distance_m, point, points

State = Mapping[str, Any]
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at. `is_note` = worth knowing, no mismatch; `inspection_id` = where the same picture stands."""

    text: str
    is_note: bool = False
    inspection_id: str | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo with what is odd about it. `number` is the one printed in the minutes' list, 0 = not evidence.

    `position` is what the tablet says, `place` what the file itself says, else the tablet; `camera_at` is the file's own time,
    `distance_m` from `place` to the site as registered, else to where the team was.
    """

    id: str
    number: int
    purpose: str
    status: str
    finding_id: str | None
    taken_at: str | None
    taken_by: str
    position: State | None
    place: Place | None
    size: tuple[int, int] | None
    sha256: str
    camera: str
    camera_at: str | None
    distance_m: int | None
    remarks: Sequence[Remark]
    voided: State | None

    @property
    def is_odd(self) -> bool:
        """Whether anything does not agree."""
        return any(not remark.is_note for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What photos are compared with: where the site is, and remarks by photo about the same picture elsewhere."""

    site: Place | None = None
    visits: Sequence[Place] = ()
    again: Mapping[str, Sequence[Remark]] = field(default_factory=dict)

    @property
    def place(self) -> Place | None:
        """The site as registered, else where the team was first."""
        return self.site or next(iter(self.visits), None)


NOWHERE = Surroundings()


def around(inspection: State, establishment: State, again: Mapping[str, Sequence[Remark]]) -> Surroundings:
    """Read where an inspection took place."""
    visits = [v.get("position") for v in inspection.get("visits") or [] if isinstance(v, Mapping)]
    return Surroundings(point(establishment), points(visits), again)


def photos_of(photos: Sequence[State], people: Mapping[str, str], near: Surroundings = NOWHERE) -> list[Photo]:
    """Return the photos in the order of the minutes' list: evidence by time taken, then pages of signed papers."""
    ordered = sorted(
        photos, key=lambda p: (p.get("purpose") == "signed_paper", str(p.get("taken_at") or ""), str(p["id"]))
    )
    found, number = [], 0
    for photo in ordered:
        is_evidence = photo.get("purpose", "evidence") == "evidence"
        number += is_evidence
        found.append(_photo(photo, number if is_evidence else 0, people, near))
    return found


def _photo(photo: State, number: int, people: Mapping[str, str], near: Surroundings) -> Photo:
    width, height = photo.get("width"), photo.get("height")
    exif: State = photo["exif"] if isinstance(photo.get("exif"), Mapping) else {}
    taken = point(exif) or point(photo.get("position"))
    remarks = [_remark(w) for w in photo.get("warnings") or []]
    return Photo(
        id=str(photo["id"]),
        number=number,
        purpose=str(photo.get("purpose", "evidence")),
        status=str(photo.get("status", "expected")),
        finding_id=photo.get("finding_id"),
        taken_at=photo.get("taken_at"),
        taken_by=who(people, photo.get("created_by")),
        position=photo.get("position") if isinstance(photo.get("position"), Mapping) else None,
        place=taken,
        size=(width, height) if isinstance(width, int) and isinstance(height, int) else None,
        sha256=str(photo.get("sha256") or ""),
        camera=_camera(exif),
        camera_at=exif.get("taken_at"),
        distance_m=None if taken is None or near.place is None else distance_m(taken, near.place),
        remarks=[*remarks, *near.again.get(str(photo["id"]), ())],
        voided=photo.get("voided"),
    )


def _camera(exif: State) -> str:
    """Name the camera once: many makers repeat their name in the model's."""
    make, model = str(exif.get("make") or ""), str(exif.get("model") or "")
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()


def _remark(warning: Any) -> Remark:
    if isinstance(warning, Mapping):
        text = str(warning.get("detail") or warning.get("message") or warning.get("code") or "")
        return Remark(text, is_note=warning.get("level") == "note")
    return Remark(str(warning))
