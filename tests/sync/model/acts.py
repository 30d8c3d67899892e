"""What an inspector does on a tablet, offline: every kind of document and every type of operation, good and bad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync.ids import answer_id
from tests.pictures import jpeg, sha256
from tests.sync.model.papers import issue
from tests.sync.model.scene import AREAS, CHECKLIST, Scene, Site, inspection_state
from tests.sync.model.sticking import stick
from tests.sync.model.tablet import Held, Tablet

Act = Callable[[Scene, Tablet, int, int], object]
VISIT_ITEMS = ("FU02", "FU03", "FU11")
ANSWERS = ("conforming", "nonconforming", "not_checked", None)
WORDS = ("", "Hết hạn", "Niêm phong đứt", "Đã thay")
PICTURES = [jpeg(seed=n) for n in range(3)]


def site_of(scene: Scene, tablet: Tablet, place: int) -> Site:
    """A site that this tablet's user works on, mostly; sometimes one of a foreign campaign."""
    own = [s for s in scene.sites if tablet.user_id in scene.teams[s.campaign]]
    sites = scene.sites if place % 16 == 15 or not own else own
    return sites[place % len(sites)]


def pick(found: list[tuple[str, Held]], place: int) -> tuple[str, Held] | None:
    """One of what is known, or nothing."""
    return found[place % len(found)] if found else None


def fields_of(site: Site, item: str, subject: str | None, a: int, b: int) -> dict[str, Any]:
    """What a new answer says."""
    said: dict[str, Any] = {"inspection_id": site.inspection, "checklist": CHECKLIST, "item": item, "subject_id": subject,
                            "ordinal": 0, "answer": ANSWERS[a % 4], "note": WORDS[b % 4]}  # fmt: skip
    if item == "FU15":
        said["rows"] = [{"unit_price": "23000", "volume": "10.00", "price": str(230000 + b)}]
    elif item == "FU02":
        said["values"] = {"number": str(a), "valid_until": "2026-12-31"}
    return said


def answer(scene: Scene, tablet: Tablet, a: int, b: int, *, group: str | None = None) -> dict[str, Any]:
    """Record the answer to an item, alone or with a colleague who answers the same."""
    site = site_of(scene, tablet, a)
    item = (*VISIT_ITEMS, "FU15")[b % 4]
    subject = site.instrument if item == "FU15" else None
    id = answer_id(site.inspection, CHECKLIST, item, subject, 0)
    return tablet.write("finding", id, site.scope, "create", fields_of(site, item, subject, a, b), parent=site.inspection,
                        group=group)  # fmt: skip


def amend_answer(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Change an answer on top of what this tablet knows of it: sometimes of what it has never seen."""
    if (found := pick(tablet.known("finding"), a)) is None:
        answer(scene, tablet, a, b)
        return
    id, held = found
    name = ("answer", "note", "note", "values", "photo_ids")[b % 5]
    value: Any = {"answer": ANSWERS[(a + b) % 4], "note": WORDS[(a + b) % 4] + str(b), "values": {"number": str(b)},
                  "photo_ids": [id for id, _ in tablet.known("photo")[: b % 3]]}[name]  # fmt: skip
    base = {name: held.state.get(name)}
    tablet.write("finding", id, held.scope, "patch", {name: value}, base=base, base_rev=held.rev or None)


def settle(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Resolve a conflict as a person decides, twice sometimes."""
    torn = [(id, d) for id, d in tablet.known("finding") if d.state.get("conflicts")]
    if (found := pick(torn, a)) is None:
        amend_answer(scene, tablet, a, b)
        return
    id, held = found
    field, records = sorted(held.state["conflicts"].items())[b % len(held.state["conflicts"])]
    said = {"field": field, "value": records[b % len(records)]["value"], "op_ids": [r["op_id"] for r in records]}
    for _ in range(1 + (b % 5 == 4)):
        tablet.write("finding", id, held.scope, "resolve", dict(said))


def cross_out(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Void an answer or a photo with a reason, or delete an answer on the revision that was seen."""
    kind = ("finding", "photo", "finding")[b % 3]
    if (found := pick(tablet.known(kind), a)) is None:
        answer(scene, tablet, a, b)
        return
    id, held = found
    if b % 3 == 2:
        tablet.write("finding", id, held.scope, "delete", {}, base_rev=held.rev)
    else:
        tablet.write(kind, id, held.scope, "void", {"reason": "Ghi nhầm" if b % 4 else " "})


def photograph(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Take a photo: the record goes into the outbox, the bytes wait for `upload`, before or after it."""
    site, id = site_of(scene, tablet, a), scene.shared.new_id()
    data = PICTURES[b % len(PICTURES)]
    findings = [f for f, held in tablet.known("finding") if held.state.get("inspection_id") == site.inspection]
    finding = findings[a % len(findings)] if findings and b % 2 else None
    tablet.files[id] = sha256(data), data
    tablet.write("photo", id, site.scope, "create" if b % 4 else "append", {
        "inspection_id": site.inspection, "finding_id": finding, "purpose": "evidence" if a % 3 else "signed_paper",
        "sha256": sha256(data), "size": len(data), "media_type": "image/jpeg"}, parent=site.inspection)  # fmt: skip


def add_child(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """A signature, a requirement or a measure."""
    site, id = site_of(scene, tablet, a), scene.shared.new_id()
    kind, said = (
        ("signature", {"role": "representative", "outcome": "refused", "reason": "Không ký"}),
        ("requirement", {"text": "Kiểm định lại cột đo", "state": "open", "finding_ids": []}),
        ("measure", {"type": "seal", "serials": ["N-1"], "instrument_id": site.instrument, "reason": "Sai số vượt"}),
    )[b % 3]
    tablet.write(kind, id, site.scope, "create", {"inspection_id": site.inspection, **said}, parent=site.inspection)


def take_sample(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Take a sample or go on with one: divide it, hand it over (whatever was issued), void or delete it, print it."""
    if (found := pick(tablet.known("sample"), a)) is None:
        site, id = site_of(scene, tablet, a), scene.shared.new_id()
        said = {"inspection_id": site.inspection, "product": "Xăng", "quantity": "3", "unit": "L"}
        tablet.write("sample", id, site.scope, "create", said, parent=site.inspection)
        found = next((each for each in tablet.known("sample") if each[0] == id), None)
    if found is None:
        return
    id, held = found
    portions, custody = held.state.get("portions") or {}, held.state.get("custody") or []
    if b % 4 == 0:
        issue(scene, tablet, a, b // 4 * 6)
    elif b % 4 == 1:
        part = {"purpose": "test", "quantity": "1", "unit": "L", "seals": [f"N-{a}{b}"]}
        whole = {**portions, str(a % 2): part}
        tablet.write("sample", id, held.scope, "patch", {"portions": whole}, base={"portions": portions})
    elif b % 4 == 2 or not portions:
        event = {"type": "handed_over", "at": f"2026-11-24T1{a % 9}:00:00+07:00", "to": str(b)}
        kept = custody[a % 2 :]  # now and then without what it knows: it stays all the same
        tablet.write("sample", id, held.scope, "patch", {"custody": [*kept, event]}, base={"custody": custody})
    else:
        gone = ("void", {"reason": "Vỡ"}) if a % 2 else ("delete", {})
        tablet.write("sample", id, held.scope, *gone, base_rev=held.rev)


def amend_requirement(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Close or delete a requirement."""
    if (found := pick(tablet.known("requirement"), a)) is None:
        add_child(scene, tablet, a, 1)
        return
    id, held = found
    if b % 3 == 0:
        tablet.write("requirement", id, held.scope, "delete", {}, base_rev=held.rev)
    else:
        state = ("open", "done", "waived")[a % 3]
        tablet.write("requirement", id, held.scope, "patch", {"state": state}, base={"state": held.state.get("state")})


def found_site(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Register an establishment found in the field, its instrument before or after it; `b` 1: alone, so it may go again."""
    areas = sorted(scope for scope in scene.driver.grants(tablet.device_id) if scope.startswith("area:"))
    scope = areas[a % len(areas)] if areas else f"area:{AREAS[0]}"
    id, pump = scene.shared.new_id(), scene.shared.new_id()
    site = ("establishment", id, {"name": f"Điểm bán {id[-4:]}", "area_code": scope[5:], "phone": ""}, None)
    dispenser = ("instrument", pump, {"establishment_id": id, "type": "fuel_dispenser", "serial": "B-2"}, id)
    for kind, key, said, parent in (site,) if b == 1 else (site, dispenser) if b % 2 else (dispenser, site):
        tablet.write(kind, key, scope, "create", dict(said), parent=parent)


def amend_site(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Change, move to another commune, or delete an establishment; or change an instrument."""
    kind = "instrument" if b % 5 == 0 else "establishment"
    if (found := pick(tablet.known(kind), a)) is None:
        found_site(scene, tablet, a, b)
        return
    id, held = found
    if kind == "instrument":
        tablet.write(kind, id, held.scope, "patch", {"attributes": {"q_max": str(a)}}, base={"attributes": {}})
    elif b % 5 == 1:
        tablet.write(kind, id, held.scope, "delete", {}, base_rev=held.rev)
    elif b % 5 in {2, 3}:
        tablet.write(kind, id, held.scope, "patch", {"area_code": AREAS[(a + b) % 3]},
                     base={"area_code": held.state.get("area_code")}, base_rev=held.rev or None)  # fmt: skip
    else:
        tablet.write(kind, id, held.scope, "patch", {"phone": f"0240.{a}{b}"}, base={"phone": held.state.get("phone")})


def plan_visit(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Plan an inspection in the field; with `b` odd its first answer goes before it (3-1-2)."""
    site, id = site_of(scene, tablet, a), scene.shared.new_id()
    new = Site(site.campaign, site.establishment, site.instrument, id)
    first = answer_id(id, CHECKLIST, "FU03", None, 0)

    def write_answer() -> None:
        tablet.write("finding", first, site.scope, "create", fields_of(new, "FU03", None, a, b), parent=id)

    if b % 2:
        tablet.write("finding", first, site.scope, "patch", {"note": "Sửa"}, base={"note": WORDS[b % 4]})
        write_answer()
    state = {k: v for k, v in inspection_state(site.campaign, site.establishment).items() if k != "status"}
    tablet.write("inspection", id, site.scope, "create", state, parent=site.campaign)
    if b % 2 == 0:
        write_answer()
    if len(scene.sites) < 6:
        scene.sites.append(new)


def orphan(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Answer in an inspection that only a colleague's tablet knows: the child comes before its parent."""
    others = [
        (id, d) for t in scene.tablets if t is not tablet for (kind, id), d in t.drafts.items() if kind == "inspection"
    ]
    if (found := pick(sorted(others, key=lambda o: o[0]), a)) is None:
        plan_visit(scene, tablet, a, b)
        return
    id, held = found
    site = Site(str(held.state["campaign_id"]), str(held.state["establishment_id"]), "", id)
    tablet.write("finding", answer_id(id, CHECKLIST, "FU02", None, 0), held.scope, "create",
                 fields_of(site, "FU02", None, a, b), parent=id)  # fmt: skip


def step(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Start an inspection, declare it not carried out, or ask for a step that is not the team's."""
    site = site_of(scene, tablet, a)
    wanted = ("in_progress", "in_progress", "not_carried_out", "approved")[b % 4]
    visit = {"started_at": f"2026-11-24T0{a % 9}:00:00+07:00", "ended_at": None, "position": None}
    said: dict[str, Any] = {"status": wanted, "visits": [visit], "conclusion": WORDS[a % 4]}
    if wanted == "not_carried_out":
        said = {"status": wanted, "reason": "Cơ sở đóng cửa"}
    held = tablet.held.get(("inspection", site.inspection))
    base = {} if held is None else {name: held.state.get(name) for name in said}
    tablet.write("inspection", site.inspection, site.scope, "patch", said, base=base)


def grouped(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Two operations that stand or fall together; one of them is sometimes impossible."""
    group = scene.shared.new_id()
    first = answer(scene, tablet, a, b, group=group)
    kind, type = ("finding", "patch") if b % 2 else ("campaign", "patch")
    tablet.write(
        kind, first["id"], first["scope"], type, {"note": "Cùng nhóm"}, base={"note": first["set"]["note"]}, group=group
    )


def poison(scene: Scene, tablet: Tablet, a: int, b: int) -> None:
    """Put something impossible into the outbox."""
    site, mark = site_of(scene, tablet, a), scene.shared.new_id()
    deep: Any = mark
    for _ in range(40):
        deep = [deep]
    match (a + b) % 9:
        case 0:
            tablet.put([mark])
        case 8 if tablet.outbox and isinstance(tablet.outbox[-1].raw, dict):
            known = tablet.outbox[-1].raw.get("op_id")
            tablet.write(
                "requirement", mark, site.scope, "create", {"inspection_id": site.inspection, "text": "x"}, op_id=known
            )
        case 1:
            tablet.put({"op_id": mark, "set": {"x": 1.5}})
        case 2:
            tablet.write("finding", mark, site.scope, "create", {"values": deep})
        case 3:
            tablet.write("hologram", mark, site.scope, "create", {})
        case 4:
            tablet.write("campaign", site.campaign, site.scope, "patch", {"title": mark})
        case 5:
            tablet.write("requirement", mark, "area:99999", "create", {"text": "x"}, parent=site.inspection)
        case 6:
            tablet.write("photo", answer_id(site.inspection, CHECKLIST, "FU03", None, 0), site.scope, "create",
                         {"inspection_id": site.inspection, "purpose": "evidence", "sha256": "0" * 64})  # fmt: skip
        case _:
            tablet.put(
                {
                    "op_id": mark,
                    "device_seq": tablet.seq + 1,
                    "kind": "minutes",
                    "type": "create",
                    "set": {"number": "NaN"},
                }
            )


ACTS: tuple[Act, ...] = (
    answer, answer, amend_answer, amend_answer, amend_answer, settle, cross_out, photograph, add_child, amend_requirement,
    found_site, amend_site, amend_site, plan_visit, orphan, step, step, grouped, poison, issue, issue, take_sample, take_sample,
    stick, stick,
)  # fmt: skip
