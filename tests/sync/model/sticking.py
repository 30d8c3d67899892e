"""Stickers of a verification team: stuck on, spoiled, mistyped, crossed out, counted; now and then by a careless app."""

from __future__ import annotations

from sync.ids import mark_id
from tests.sync.model.scene import ORGANISATION, ROLL, Scene, Site
from tests.sync.model.tablet import Tablet


def use(scene: Scene, tablet: Tablet, site: Site, serial: str, b: int, *, id: str | None = None) -> None:
    """Record a sticker on the site's instrument, or that it was spoiled."""
    said = {"session_id": scene.sessions[site.campaign], "kind": "sticker", "serial": serial, "lease_id": tablet.roll,
            "fate": "used", "inspection_id": site.inspection, "instrument_id": site.instrument,
            "at": f"2026-11-24T1{b % 10}:00:00+07:00"}  # fmt: skip
    if b % 4 == 2:
        said |= {"fate": "spoiled", "reason": "Rách"}
    wanted = id or mark_id(ORGANISATION, "sticker", serial)
    tablet.write("mark", wanted, site.scope, "create", said, parent=scene.sessions[site.campaign])


def site_of(scene: Scene, tablet: Tablet, place: int) -> Site:
    """A site of a campaign of one's own, as it was opened."""
    own = [s for s in scene.sites if tablet.user_id in scene.teams[s.campaign]] or scene.sites
    return own[place % len(own)]


def stick(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Use the next sticker of the roll; 5: one that was typed wrong, 6: with an id of the app's own making, 7: cross one out, 4: count."""
    site = site_of(scene, tablet, a)
    if b == 7 and (known := tablet.known("mark")):
        id, held = known[a % len(known)]
        tablet.write("mark", id, held.scope, "void", {"reason": "Quét nhầm"})
    elif b == 4:
        said = {"session_id": scene.sessions[site.campaign], "at": "2026-11-24T17:00:00+07:00",
                "counts": [{"lease_id": tablet.roll, "counted": a}]}  # fmt: skip
        tablet.write("stocktake", scene.shared.new_id(), site.scope, "create", said, parent=said["session_id"])
    elif b in {5, 6}:
        serial = f"{' t' if a % 2 else 'T'}{1 + a % (2 * ROLL):03d}"
        use(scene, tablet, site, serial, a, id=scene.shared.new_id() if b == 6 else None)
    else:
        use(scene, tablet, site, f"T{tablet.next_sticker:03d}", b)
        tablet.next_sticker += 1
