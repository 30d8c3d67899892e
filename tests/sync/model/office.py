"""What the office does meanwhile: edits, moves, teams, reviews, releases, revocations, backups."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.sync.model.scene import AREAS, Scene

Act = Callable[[Scene, int, int], None]


def edit(scene: Scene, a: int, b: int) -> None:
    """Change a field of a document that tablets change too."""
    documents = scene.driver.picture().documents
    kind, name = (("establishment", "phone"), ("inspection", "conclusion"))[b % 2]
    found = sorted((d for d in documents.values() if d.kind == kind and not d.deleted), key=lambda d: d.id)
    if found:
        document = found[a % len(found)]
        scene.driver.write(kind, document.id, document.scope, {**document.state, name: f"0204.{a}{b}"})


def move(scene: Scene, a: int, b: int) -> None:
    """Move an establishment with its instruments to another commune."""
    picture = scene.driver.picture()
    sites = sorted(
        (d for d in picture.documents.values() if d.kind == "establishment" and not d.deleted), key=lambda d: d.id
    )
    if not sites:
        return
    site, area = sites[a % len(sites)], AREAS[b % 3]
    pumps = picture.children(site.id, "instrument")
    scene.driver.write("establishment", site.id, f"area:{area}", {**site.state, "area_code": area})
    for pump in pumps:
        scene.driver.write("instrument", pump.id, f"area:{area}", pump.state, site.id)


def regrant(scene: Scene, a: int, b: int) -> None:
    """Take someone off a team, or put him on it; the leader stays."""
    campaign = sorted(scene.teams)[a % len(scene.teams)]
    team, user = scene.teams[campaign], scene.everyone[b % len(scene.everyone)]
    if team.get(user) == "leader":
        return
    if user in team:
        del team[user]
    else:
        team[user] = "member"
    scene.writes_campaign(campaign)


def retarget(scene: Scene, a: int, b: int) -> None:
    """Give a campaign another establishment to visit, and with it another commune to see."""
    campaign = sorted(scene.targets)[a % len(scene.targets)]
    sites = sorted({site.establishment for site in scene.sites} - set(scene.targets[campaign]))
    if sites:
        scene.targets[campaign] = [*scene.targets[campaign], sites[b % len(sites)]]
        scene.writes_campaign(campaign)


def review(scene: Scene, a: int, b: int) -> None:
    """Approve, or return with some findings named."""
    picture = scene.driver.picture()
    issued = sorted(
        d.id for d in picture.documents.values() if d.kind == "inspection" and d.state.get("status") == "issued"
    )
    if not issued:
        return
    inspection = issued[a % len(issued)]
    findings = [d.id for d in picture.children(inspection, "finding") if not d.state.get("voided")]
    if b % 3:
        scene.driver.review(inspection, "returned", findings[: b % 3])
    else:
        scene.driver.review(inspection, "approved", [])


def release(scene: Scene, a: int, b: int) -> None:
    """Release one waiting operation, or all of them at once; sometimes discard one."""
    waiting = [row.id for row in scene.driver.picture().quarantine if row.state in {"quarantined", "held"}]
    if not waiting:
        return
    if b % 8 == 7:
        scene.driver.discard(waiting[a % len(waiting)])
    else:
        scene.driver.release(waiting if b % 2 else [waiting[a % len(waiting)]])


def revoke(scene: Scene, a: int, b: int) -> None:
    """Take one tablet's rights away; its holder goes on without knowing. Rarely, and never everybody's."""
    devices = sorted({tablet.device_id for tablet in scene.tablets})
    if b % 4 == 3 and len(scene.revoked) < len(devices) - 1:
        device = devices[a % len(devices)]
        scene.driver.revoke(device)
        entries = (json.loads(entry) for rows in scene.driver.picture().journal.values() for _, entry, _ in rows)
        scene.revoked[device] = {str(e["op_id"]) for e in entries if e["device"] == device}


ACTS: tuple[Act, ...] = (edit, move, move, regrant, regrant, retarget, review, review, release, release, revoke)
