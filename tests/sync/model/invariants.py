"""The protocol's invariants, one function each; the sentence in the docstring is the protocol's. Names of what they see:
`picture` is the server at this moment, `scene` the tablets and the office, `Watch` what must not change any more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from server.services.minutes import unpadded
from sync import samples, seal
from sync.feed import JournalBroken, rebuild, verify_chain
from sync.findings import fingerprint
from sync.kinds import KINDS
from sync.merge import same
from sync.operations import digest
from tests.sync.model.driver import Kept, Picture
from tests.sync.model.scene import Scene
from tests.sync.model.tablet import Tablet

VALID = frozenset({"issued", "amended"})
MERGED = frozenset({"create", "patch"})


@dataclass
class Watch:
    """What was seen once in this epoch and must stay."""

    epoch: str = ""
    papers: dict[str, tuple[str, str]] = field(default_factory=dict)
    frozen: dict[str, str] = field(default_factory=dict)
    custody: dict[str, set[str]] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)
    deleted: set[tuple[str, str]] = field(default_factory=set)

    def begin(self, epoch: str) -> None:
        """Forget what a restored server has forgotten."""
        if epoch != self.epoch:
            self.epoch = epoch
            for seen in (self.papers, self.frozen, self.custody, self.excused, self.deleted):
                seen.clear()


def entries_of(picture: Picture) -> list[dict[str, Any]]:
    """Every journal entry, each scope's in order."""
    return [json.loads(entry) for rows in picture.journal.values() for _, entry, _ in rows]


def i1_convergence(scene: Scene, picture: Picture) -> None:
    """After everything is delivered, each tablet's view of a scope equals the live documents of it."""
    for tablet in scene.tablets:
        if tablet.is_revoked:
            continue
        granted = scene.driver.grants(tablet.device_id)
        for scope in sorted(granted):
            seen = {key: (d.rev, d.state) for key, d in tablet.held.items() if d.scope == scope}
            live = {
                key: found
                for key, found in picture.live(scope).items()
                if scope[:7] != "device:" or key[0] == "mark_lease"
            }
            assert seen.keys() == live.keys(), f"I1: {scope} {seen.keys() ^ live.keys()}"
            assert seen == live, f"I1: {scope}"
        assert {d.scope for d in tablet.held.values()} <= granted, "I1: nothing is kept of a scope that was left"


def i2_nothing_lost(scene: Scene, picture: Picture) -> None:
    """Every operation ever put in an outbox is, byte for byte, in exactly one of journal and quarantine."""
    places = Counter(e["digest"] for e in entries_of(picture) if e["op_id"] is not None)
    places.update(row.digest for row in picture.quarantine if row.is_open)
    for raw in scene.shared.written:
        assert places[digest(raw)] == 1, f"I2: {places[digest(raw)]} times: {raw}"


def i3_exactly_once(picture: Picture) -> None:
    """No op_id twice in the journal; replays answer the same (asserted where a tablet takes its answers)."""
    ids = Counter(e["op_id"] for e in entries_of(picture) if e["op_id"] is not None)
    assert not [op_id for op_id, count in ids.items() if count > 1], "I3"
    numbers = Counter((r.device_id, r.device_seq) for r in picture.receipts.values())
    assert not [n for n, count in numbers.items() if count > 1], "I3: a number is consumed once"


def i5_monotone(picture: Picture) -> None:
    """No gaps or repeats of seq per scope; a tablet's document never goes back a revision within an epoch (the second
    half is asserted where a tablet reads a page)."""
    for scope, rows in picture.journal.items():
        assert [seq for seq, _, _ in rows] == list(range(1, len(rows) + 1)), f"I5: {scope}"
        assert not rows or picture.heads[scope][0] == rows[-1][0], f"I5: counter of {scope}"
    for (scope, _, _), (seq, _) in picture.feed.items():
        assert 1 <= seq <= picture.heads[scope][0], f"I5: feed of {scope}"


def i7_conflicts_visible(picture: Picture, raws: dict[str, dict[str, Any]]) -> None:
    """Disjoint patches commute; own edit on own base is identity; a conflict is visible to both sides.

    Here: what an operation wanted is taken, or it is in `lost` and beside the server's value in the document; and no
    value is taken over one that its writer had not seen.
    """
    before: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in sorted(entries_of(picture), key=lambda e: int(e["rev"])):
        if entry["type"] == "gone":
            continue
        state = _state(entry)
        raw = raws.get(str(entry["digest"])) if entry["op_id"] else None
        if raw is not None and entry["type"] in MERGED and entry["kind"] in KINDS and state is not None:
            _judge_merge(entry, raw, before.get((entry["kind"], entry["id"])), state)
        before[entry["kind"], entry["id"]] = {"rev": entry["rev"], **(state or {})}


def _judge_merge(entry: dict[str, Any], raw: dict[str, Any], old: dict[str, Any] | None, state: dict[str, Any]) -> None:
    kind = KINDS[entry["kind"]]
    base = {} if entry["type"] == "create" else raw["base"]
    if old is not None and raw["base_rev"] == old["rev"]:
        base = {**old, **base}
    skipped = kind.server | kind.fixed | kind.lists | {"status", "ordinal"}
    for name, mine, seen, now, then in _values(raw["set"], base, state, old or {}, kind.maps):
        if name.partition(".")[0] in skipped:
            continue
        if name in kind.logs:
            assert all(each in now for each in (*(mine or ()), *(then or ()))), (
                f"I7: {name} lost a line by {raw['op_id']}"
            )
            continue
        lost = _at(entry["lost"], name)
        assert same(now, mine) or same(mine, seen) or same(lost, mine), f"I7: {name} of {raw['op_id']} is nowhere"
        if lost is not None and not same(mine, seen):
            shown = [r["value"] for r in state.get("conflicts", {}).get(name, [])]
            assert any(same(value, mine) for value in shown), f"I7: {name} of {raw['op_id']} is not shown"
        if old is not None and not same(now, then):
            assert same(then, seen), f"I7: {name} was overwritten unseen by {raw['op_id']}"


def _values(
    said: dict[str, Any], base: dict[str, Any], state: dict[str, Any], old: dict[str, Any], maps: frozenset[str]
) -> Iterable[tuple[str, Any, Any, Any, Any]]:
    for name, mine in said.items():
        if name not in maps:
            yield name, mine, base.get(name), state.get(name), old.get(name)
            continue
        for key in (mine or {}).keys() | (base.get(name) or {}).keys():
            parts = [(source.get(name) or {}).get(key) for source in (said, base, state, old)]
            yield f"{name}.{key}", parts[0], parts[1], parts[2], parts[3]


def _at(fields: dict[str, Any], path: str) -> Any:
    name, dot, key = path.partition(".")
    return (fields.get(name) or {}).get(key) if dot else fields.get(name)


def _state(entry: dict[str, Any]) -> dict[str, Any] | None:
    if entry["state"] is None:
        return None
    return {**entry["state"], **{name: entry["set"][name] for name in entry["same"]}}


def i8_privacy(scene: Scene, tablet: Tablet, page: dict[str, Any]) -> None:
    """No page holds a document outside the scopes granted at that moment."""
    granted = scene.driver.grants(tablet.device_id)
    assert {item["scope"] for item in page["items"]} <= granted, "I8"


def i10_crash(picture: Picture) -> None:
    """Kill at any statement -> receipt <=> effect <=> journal <=> feed."""
    journalled = {e["op_id"] for e in entries_of(picture) if e["op_id"] is not None}
    waiting = {row.op_id for row in picture.quarantine if row.is_open}
    for op_id, receipt in picture.receipts.items():
        if receipt.result["status"] in {"applied", "merged"}:
            assert op_id in journalled, f"I10: a receipt without its effect: {op_id}"
        else:
            assert op_id in journalled or op_id in waiting, f"I10: a refusal without its row: {op_id}"
    let_in = {row.op_id for row in picture.quarantine if not row.is_open}  # a fork has no receipt until it is let in
    assert journalled <= picture.receipts.keys() | let_in, "I10: an effect without its receipt"


def i11_chain(picture: Picture, *, flip: int) -> None:
    """Flipping any byte of any entry is found; rebuild(journal) equals documents and feed."""
    for scope, rows in picture.journal.items():
        list(verify_chain(scope, rows, picture.heads[scope][1] if rows else None))
    found = rebuild(entries_of(picture))
    assert found.feed == {key: item for key, (_, item) in picture.feed.items()}, "I11: feed"
    built = {key: (d["scope"], d["rev"], d["state"], d["deleted"]) for key, d in found.documents.items()}
    kept = {key: (d.scope, d.rev, d.state, d.deleted) for key, d in picture.documents.items()}
    assert built == kept, "I11: documents"
    scope, rows = sorted(picture.journal.items())[flip % len(picture.journal)]
    place = flip % len(rows)
    seq, entry, hash_hex = rows[place]
    at = flip % len(entry)
    altered = entry[:at] + ("0" if entry[at] != "0" else "1") + entry[at + 1 :]
    with pytest.raises(JournalBroken):
        list(
            verify_chain(scope, [*rows[:place], (seq, altered, hash_hex), *rows[place + 1 :]], picture.heads[scope][1])
        )


def i12_frozen(picture: Picture, watch: Watch, raws: dict[str, dict[str, Any]]) -> None:
    """The signed snapshot of issued minutes never changes.

    The findings and samples that they list stay as printed, but for those that a supervisor sent back or let in by name.
    """
    for row in picture.quarantine:
        if row.state == "released" and (raw := raws.get(row.digest)) is not None:
            watch.excused.add(str(raw["id"]))
    for inspection in (d for d in picture.documents.values() if d.kind == "inspection"):
        items = (inspection.state.get("review") or {}).get("items") or []
        watch.excused |= {str(item["finding_id"]) for item in items}
    for paper in (d for d in picture.documents.values() if d.kind == "minutes" and not d.deleted):
        text = paper.state["canonical"], paper.state["cose"]
        assert watch.papers.setdefault(paper.id, text) == text, "I12: a signed paper changed"
        if paper.state["status"] not in VALID:
            continue
        for id in paper.state["freezes"]:
            listed = picture.documents.get(("finding", id)) or picture.documents.get(("sample", id))
            if listed is None or listed.parent != paper.parent or id in watch.excused:
                continue
            print_of = fingerprint if listed.kind == "finding" else samples.fingerprint
            now = "deleted" if listed.deleted else print_of(listed.state)
            assert watch.frozen.setdefault(id, now) == now, f"I12: {listed.kind} {id} changed after its minutes"
    for sample in (d for d in picture.documents.values() if d.kind == "sample" and not d.deleted):
        events = {json.dumps(event, sort_keys=True) for event in sample.state.get("custody") or []}
        assert watch.custody.setdefault(sample.id, events) <= events, f"I12: sample {sample.id} lost a hand-over"
        watch.custody[sample.id] = events
    assert watch.papers.keys() <= {id for kind, id in picture.documents if kind == "minutes"}, "I12: a paper is gone"


def i13_photos(picture: Picture, *, delivered: dict[str, str] | None = None) -> None:
    """Complete => sha256 matches; any order of record and bytes ends complete."""
    for photo in (d for d in picture.documents.values() if d.kind == "photo"):
        status, sha256 = photo.state["status"], photo.state["sha256"]
        if status != "expected":
            assert sha256 in picture.bytes_of.get(photo.id, set()), "I13: complete without its bytes"
        if delivered is not None and delivered.get(photo.id) == sha256:
            assert status == "complete", f"I13: photo {photo.id} has record and bytes and is {status}"


def i15_progress(scene: Scene, picture: Picture, raws: dict[str, dict[str, Any]]) -> None:
    """With a fault-free window the outbox drains; a batch is never retried unchanged more than 3 times.

    And nothing goes on waiting for a document that has come.
    """
    for tablet in scene.tablets:
        assert tablet.pending() == [], "I15: the outbox did not drain"
    for row in picture.quarantine:
        if row.state == "held" and row.parent is not None and row.code == "held_parent":
            key = _awaited(row, raws[row.digest])
            assert key not in picture.documents, f"I15: still waits for {key}"


def _awaited(row: Kept, raw: dict[str, Any]) -> tuple[str, str]:
    parent, kind = str(row.parent), KINDS[raw["kind"]]
    if parent == raw["id"]:
        return kind.name, parent
    return ("minutes" if raw["set"].get("amends") == parent else str(kind.parent_kind)), parent


def deleted_stay_deleted(picture: Picture, watch: Watch) -> None:
    """Named regression: a *deleted* document moved to another scope must not come back to life."""
    watch.deleted |= {key for key, d in picture.documents.items() if d.deleted}
    assert all(picture.documents[key].deleted for key in watch.deleted), "a deleted document came back"


def numbers_once(picture: Picture) -> None:
    """A series never shows two valid documents with one number, and no number is leased to two tablets at once."""
    valid = [d for d in picture.documents.values() if d.kind == "minutes" and d.state.get("status") in VALID]
    used = Counter((d.state["series"], d.state["year"], d.state["number"]) for d in valid)
    assert not [n for n, count in used.items() if count > 1], "two valid papers under one number"
    live = [row for row in picture.leases if not row.is_returned]
    clashes = [(a, b) for i, a in enumerate(live) for b in live[:i] if a.lease.overlaps(b.lease)]
    assert not clashes, "one number in two leases"


def papers_genuine(scene: Scene, picture: Picture) -> None:
    """A bad signature is quarantined: every paper that stands is sealed by its device over exactly what it says."""
    public = {seal.key_id(key): key for t in scene.tablets if (key := t.key.public_key().public_bytes_raw())}
    for paper in (d for d in picture.documents.values() if d.kind == "minutes"):
        try:
            claims = seal.open_sealed(unpadded(paper.state["cose"]), public)
        except seal.SealError as error:
            raise AssertionError(f"a paper stands without its seal: {error.code}") from error
        said = claims.series, claims.year, claims.number, claims.sha256
        state = paper.state
        meant = state["series"], state["year"], state["number"], seal.digest(state["canonical"])
        assert said == meant, "a paper stands with another's seal"


def revoked_in_quarantine(scene: Scene, picture: Picture) -> None:
    """A revoked tablet may still deliver its queue: into quarantine."""
    let_in = {row.op_id for row in picture.quarantine if not row.is_open}
    for entry in entries_of(picture):
        before = scene.revoked.get(str(entry["device"]))
        if before is not None and entry["op_id"] is not None:
            assert entry["op_id"] in before | let_in, "a revoked tablet wrote a document"


def groups_whole(scene: Scene, picture: Picture) -> None:
    """A group lies in one batch and stands or falls together."""
    journalled = {e["op_id"] for e in entries_of(picture)}
    discarded = {row.op_id for row in picture.quarantine if row.state == "discarded"}
    members: dict[str, list[str]] = {}
    for raw in scene.shared.written:
        if isinstance(raw, dict) and raw.get("group"):
            members.setdefault(str(raw["group"]), []).append(str(raw["op_id"]))
    for group, op_ids in members.items():
        if not discarded & set(op_ids):
            assert len({op_id in journalled for op_id in op_ids}) == 1, f"group {group} was cut"
