"""A tablet whose server dies under it: it remembers to the byte what was acknowledged, and sends the rest again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from checklists import catalog
from checklists.limits import load_rules
from server.demo.link import Link, LinkCut, Refused
from server.demo.tablet import Photo, Tablet
from tests.builders import Kit
from tests.pictures import jpeg

PICTURE = jpeg((700, 500))
ITEMS = [i.key for s in catalog.load().latest("fuel-dispenser").sections for i in s.items if i.type == "answer"]


@dataclass
class FieldTablet:
    """One tablet and everything that it was told. `acknowledged`: op_id -> the result that the server answered."""

    url: Callable[[], str]
    kit: Kit
    inspections: list[str]
    dice: random.Random
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    resent: int = 0
    _ordinal: int = 0
    _issued: int = 0

    def __post_init__(self) -> None:
        """Take the tablet into the hand, enrolled."""
        self.tablet = Tablet(self._send, lambda: datetime.now(UTC), key=self.kit.key, token=self.kit.token)
        checklist = catalog.load().latest("fuel-dispenser")
        self.pin = {"code": checklist.code, "version": checklist.version, "sha256": checklist.sha256}

    def prepares(self) -> None:
        """Pull before going out, and take numbers along."""
        self.tablet.says_hello()
        self.tablet.pulls()
        self.served = [self.tablet.fetches(f"/checklists/{self.pin['code']}/{self.pin['version']}")]
        self.tablet.leases_numbers("BB-ĐKT", datetime.now(UTC).year, 200)

    @property
    def inspection(self) -> str:
        """The one at hand: the next after each minutes, so that none grows without end."""
        return self.inspections[self._issued % len(self.inspections)]

    # -- what a tablet does while the server may die at any moment

    def pushes(self) -> None:
        """Record a few findings and send them, with whatever is still in the outbox."""
        for _ in range(self.dice.randrange(1, 40)):
            self._ordinal += 1
            self.tablet.answers(
                self.inspection, self.pin, self.dice.choice(ITEMS), "conforming", ordinal=self._ordinal,
                values={}, rows=[], note=f"Lần {self._ordinal}", photo_ids=[],
            )  # fmt: skip
        self._delivers()

    def photographs(self) -> None:
        """Record a photo and send its record and its bytes, in either order."""
        data = PICTURE + self.dice.randbytes(self.dice.randrange(1, 200_000))
        self.tablet.photographs(self.inspection, None, data)
        jobs = [self._delivers, self.uploads]
        self.dice.shuffle(jobs)
        for job in jobs:
            job()

    def issues(self) -> None:
        """Issue working minutes from the lease and send them."""
        self.tablet.issues(self.inspection, self.served, load_rules(), form="working")
        self._issued += 1
        self._delivers()

    def leases(self) -> None:
        """Ask for more numbers."""
        self.tablet.leases_numbers("BB-ĐKT", datetime.now(UTC).year, 3)

    def resumes(self) -> None:
        """Send everything that was not acknowledged, photos from where the server stands."""
        self.tablet.says_hello()
        self._delivers()
        self.uploads()
        self.tablet.pulls()

    def uploads(self) -> None:
        """Send what is missing of every photo."""
        for photo in self.tablet.photos.values():
            if not self.tablet.is_complete(photo.id):
                self._upload(photo)

    def _upload(self, photo: Photo) -> None:
        try:
            self.tablet.sends(photo)
        except Refused as refused:
            if refused.status not in {404, 410}:
                raise
            photo.upload = None  # begun before a crash that swallowed the answer: begin again
            self.tablet.sends(photo)

    def _delivers(self) -> None:
        sent = {op["op_id"]: op for op in self.tablet.outbox}
        for result in self.tablet.pushes():
            assert result["status"] in {"applied", "merged"}, (result, sent[result["op_id"]])
            assert result["op_id"] not in self.acknowledged
            self.resent += bool(result["replay"])
            self.acknowledged[result["op_id"]] = result

    def _send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
        return Link(self.url())(method, path, headers, body)


def survives(act: Callable[[], None]) -> bool:
    """Do something with a server that may die meanwhile; say whether it was finished."""
    try:
        act()
    except LinkCut:
        return False
    except Refused as refused:
        if refused.status != 503:
            raise
        return False
    return True
