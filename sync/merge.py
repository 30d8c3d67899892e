"""Three-way merge of a document's fields: take, keep, or a conflict that stays visible until a person resolves it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.feed import canonical, identical
from sync.refusals import Refusal
from sync.world import Author

CONFLICTS = "conflicts"


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose operation this is. `at` is the server's time of receipt: device clocks decide nothing (I6)."""

    actor: str
    at: str
    op_id: str


@dataclass(slots=True)
class Merged:
    """What came of a merge: the new state, what was taken, what lost, and the conflicts as the protocol shows them."""

    state: dict[str, Any]
    taken: dict[str, Any] = field(default_factory=dict)
    lost: dict[str, Any] = field(default_factory=dict)
    conflicts: dict[str, dict[str, Any]] = field(default_factory=dict)


def same(one: Any, other: Any) -> bool:
    """Say whether two JSON values are equal; absent, null and empty are one (a tablet's form has no absent fields)."""
    return (_blank(one) and _blank(other)) or identical(one, other)


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def merge_lists(current: list[Any], mine: list[Any], base: list[Any]) -> list[Any]:
    """Merge lists as sets: additions united, removals relative to base. The same for either order of arrival."""
    old, wanted, now = _keyed(base), _keyed(mine), _keyed(current)
    if old.keys() == now.keys():
        return list(wanted.values())
    removed = old.keys() - wanted.keys()
    united = {key: value for key, value in {**now, **wanted}.items() if key in now or key not in old}
    kept = {key: value for key, value in united.items() if key not in removed}
    if kept.keys() == now.keys():
        return list(now.values())
    return [kept[key] for key in sorted(kept)]


def _keyed(values: Iterable[Any]) -> dict[str, Any]:
    return {canonical(value): value for value in values}


def merge(
    current: Mapping[str, Any], mine: Mapping[str, Any], base: Mapping[str, Any], writer: Writer,
    *, lists: frozenset[str] = frozenset(), maps: frozenset[str] = frozenset(), logs: frozenset[str] = frozenset(),
) -> Merged:  # fmt: skip
    """Merge wanted field values into a state, relative to the values that their writer saw.

    Per field: current == base -> take; current == mine, or mine == base -> nothing; else keep the server's and record the
    loser under `conflicts` (protocol, row "finding"). Lists merge as sets, maps key by key as fields named `map.key`;
    of logs only additions are taken: what stands in them stays.
    """
    merged = Merged(dict(current))
    for name in sorted(mine):
        if name in maps:
            _merge_map(merged, name, mine[name], base.get(name), writer)
        elif name in lists:
            _merge_list(merged, name, mine[name], base.get(name))
        elif name in logs:
            _merge_list(merged, name, mine[name], [])
        else:
            value = _decide(merged, name, merged.state.get(name), mine[name], base.get(name), writer)
            if value is not _KEEP:
                merged.state[name] = value
    return merged


def fresh(
    fields: Mapping[str, Any], *, lists: frozenset[str] = frozenset(), maps: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Return the first state of a new document; refuses lists and maps that are none."""
    state = dict(fields)
    for name in lists & state.keys():
        state[name] = list(_keyed(_list(name, state[name])).values())
    for name in maps & state.keys():
        state[name] = {key: value for key, value in _map(name, state[name]).items() if value is not None}
    return state


_KEEP = object()


def _decide(merged: Merged, name: str, current: Any, mine: Any, base: Any, writer: Writer) -> Any:
    """Return the value to take, or _KEEP; notes taken, lost and conflicts."""
    if same(current, mine):
        _supersede(merged, name, base, writer)
        return mine if current is None else _KEEP
    if same(current, base):
        _supersede(merged, name, base, writer)
        merged.taken[name] = mine
        return mine
    if same(mine, base):
        return _KEEP
    merged.lost[name] = mine
    merged.conflicts[name] = {"mine": mine, "base": base, "theirs": current}
    note_conflict(merged.state, name, mine, base, writer)
    return _KEEP


def _supersede(merged: Merged, name: str, base: Any, writer: Writer) -> None:
    """Drop the writer's own earlier losing value that this one replaces."""
    records = merged.state.get(CONFLICTS, {}).get(name)
    if records and any(_replaced(record, base, writer) for record in records):
        _put_records(merged.state, name, [r for r in records if not _replaced(r, base, writer)])


def _replaced(record: Mapping[str, Any], base: Any, writer: Writer) -> bool:
    return bool(record["actor"] == writer.actor and same(record["value"], base))


def note_conflict(state: dict[str, Any], name: str, value: Any, base: Any, writer: Writer) -> None:
    """Put a losing value beside the server's. A writer who went on from an own losing value replaces it: what is shown
    does not depend on the order of arrival."""
    records = [r for r in state.get(CONFLICTS, {}).get(name, []) if not _replaced(r, base, writer)]
    if not any(same(r["value"], value) and r["actor"] == writer.actor for r in records):
        records.append({"value": value, "actor": writer.actor, "at": writer.at, "op_id": writer.op_id})
    _put_records(state, name, sorted(records, key=lambda r: str(r["op_id"])))


def _put_records(state: dict[str, Any], name: str, records: list[dict[str, Any]]) -> None:
    conflicts = {key: value for key, value in state.get(CONFLICTS, {}).items() if key != name}
    if records:
        conflicts[name] = records
    state[CONFLICTS] = conflicts


def _merge_list(merged: Merged, name: str, mine: Any, base: Any) -> None:
    current = merged.state.get(name)
    wanted = _list(name, mine)
    found = merge_lists(_list(name, current), wanted, _list(name, base))
    if current is None or not same(current, found):
        merged.state[name] = found
    if not same(current, found):
        merged.taken[name] = wanted


def _list(name: str, value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refusal("malformed", f"Trường “{name}” phải là danh sách.")
    return value


def _merge_map(merged: Merged, name: str, mine: Any, base: Any, writer: Writer) -> None:
    wanted, seen = _map(name, mine), _map(name, base)
    old = _map(name, merged.state.get(name))
    new, taken, lost = dict(old), {}, {}
    for key in sorted(wanted.keys() | seen.keys()):
        path = f"{name}.{key}"
        value, before, now = wanted.get(key), seen.get(key), new.get(key)
        if isinstance(value, list) and isinstance(now, list):
            value = merge_lists(now, value, before if isinstance(before, list) else [])
            before = now
        found = _decide(merged, path, now, value, before, writer)
        if path in merged.taken:
            taken[key] = merged.taken.pop(path)
        if path in merged.lost:
            lost[key] = merged.lost.pop(path)
        if found is None:
            new.pop(key, None)
        elif found is not _KEEP:
            new[key] = found
    if name not in merged.state or not identical(new, old):
        merged.state[name] = new
    if taken:
        merged.taken[name] = taken
    if lost:
        merged.lost[name] = lost


def _map(name: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refusal("malformed", f"Trường “{name}” phải là đối tượng.")
    return value


def value_at(state: Mapping[str, Any], path: str, maps: frozenset[str]) -> Any:
    """Return the value of a field, or of one key of a map written `map.key`."""
    name, dot, key = path.partition(".")
    if dot and name in maps:
        return (state.get(name) or {}).get(key)
    return state.get(path)


def put_at(state: dict[str, Any], path: str, value: Any, maps: frozenset[str]) -> None:
    """Set a field, or one key of a map, without touching the dicts of earlier revisions."""
    name, dot, key = path.partition(".")
    if dot and name in maps:
        rest = {k: v for k, v in (state.get(name) or {}).items() if k != key}
        state[name] = rest if value is None else {**rest, key: value}
    else:
        state[path] = value


def resolve(
    current: Mapping[str, Any], path: str, value: Any, op_ids: Iterable[str], writer: Writer,
    *, base: Any = None, base_known: bool = False, maps: frozenset[str] = frozenset(),
) -> Merged:  # fmt: skip
    """Settle a conflict as a person decided: drop the named losers and take the value.

    Where the field has changed since that person looked, or others have settled it meanwhile, the value is itself shown
    as a conflict; it never overwrites what its author had not seen.
    """
    merged = Merged(dict(current))
    named = set(op_ids)
    records = merged.state.get(CONFLICTS, {}).get(path, [])
    rest = [r for r in records if r["op_id"] not in named]
    now = value_at(current, path, maps)
    settled = len(rest) < len(records)
    if settled:
        _put_records(merged.state, path, rest)
    if same(now, value):
        return merged
    if same(now, base) if base_known else settled:
        put_at(merged.state, path, value, maps)
        merged.taken[path] = value
        return merged
    merged.lost[path] = value
    merged.conflicts[path] = {"mine": value, "base": base, "theirs": now}
    note_conflict(merged.state, path, value, base, writer)
    return merged


def credit(merged: Merged, writer: Writer, authors: Mapping[str, Author | None]) -> None:
    """Say in open conflicts who wrote the value that stands, and when: this writer where it was just taken, else the author
    of the field as far as anybody is known."""
    for name, records in merged.state.get(CONFLICTS, {}).items():
        kept = Author(writer.actor, writer.at) if wrote(merged.taken, name) else authors.get(name)
        if kept is not None:
            named = [{**record, "kept": {"actor": kept.actor, "at": kept.at}} for record in records]
            _put_records(merged.state, name, named)


def uncredited(before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return a state that the server itself wrote, no longer naming an author beside conflicts of fields that changed."""
    records: Mapping[str, Any] = after.get(CONFLICTS) or {}
    changed = {
        path: [{name: value for name, value in record.items() if name != "kept"} for record in losers]
        for path, losers in records.items()
        if not same(before.get(path.partition(".")[0]), after.get(path.partition(".")[0]))
    }
    return {**after, CONFLICTS: {**records, **changed}} if changed else after


def wrote(taken: Mapping[str, Any], path: str) -> bool:
    """Say whether what was taken holds a field, or one key of a map (`values.number`)."""
    name, dot, key = path.partition(".")
    return path in taken or (name in taken and (not dot or (isinstance(taken[name], Mapping) and key in taken[name])))


def with_actors(conflict: dict[str, Any], mine: str, theirs: Author | None) -> dict[str, Any]:
    """Add who wrote which value, for the tablet's and the supervisor's page."""
    other = None if theirs is None else {"actor": theirs.actor, "at": theirs.at}
    return {**conflict, "actors": {"mine": mine, "theirs": other}}
