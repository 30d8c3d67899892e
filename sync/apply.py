"""One operation applied to the documents: create, patch, delete, void, resolve, by the rules of its kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sync import findings, marks, minutes, samples
from sync.feed import identical
from sync.ids import is_uuid
from sync.inspection import Status, StepRefused, is_frozen, step
from sync.kinds import KINDS, Kind
from sync.merge import CONFLICTS, Merged, Writer, credit, fresh, merge, note_conflict, resolve, same, with_actors
from sync.mergers import standing
from sync.operations import Operation
from sync.overlay import Act, Overlay
from sync.refusals import Refusal, Waiting, held
from sync.world import DeviceContext, Document

AREA = "area:"
_SITE = frozenset({"establishment_id"})


@dataclass(frozen=True, slots=True)
class Applied:
    """What an operation came to. `merged`: something else had changed meanwhile, so the tablet needs the whole state."""

    document: Document
    merged: bool = False
    conflicts: dict[str, dict[str, Any]] = field(default_factory=dict)


def apply(op: Operation, view: Overlay, device: DeviceContext, *, decided: bool = False) -> Applied:
    """Apply one validated, normalised operation to the view, or raise a Refusal and leave the view to be thrown away.

    Times in documents are the server's time of receipt; the device's own clock is evidence only. `decided`: a supervisor
    released it, so that it is not held for a person again.
    """
    kind = KINDS[op.kind]
    act = Act(op, device, Writer(device.user_id, view.at, op.op_id), decided)
    if op.scope not in device.grants:
        raise Refusal("foreign_scope")
    before = view.get(op.kind, op.id)
    if before is None:
        if op.type not in {"create", "append"} or _is_handling(op):
            raise Waiting(op.id)
        return _create(act, kind, view)
    if op.kind == "mark" and op.type in {"create", "append"}:
        marks.refuse_second(act, view, before)  # wherever the first one stands
    _same_place(act, kind, before)
    if before.deleted:
        return _on_deleted(act, view, before)
    if op.type in {"create", "append"} and op.kind != "finding" and not _is_handling(op):
        return _create_again(act, kind, view, before)
    _refuse_frozen(act, view, before.state, _inspection_of(kind, view, before))
    return _BY_TYPE[op.type](act, kind, view, before)


def _is_handling(op: Operation) -> bool:
    """Say whether an operation only tells what happened to issued minutes: signed, delivered (decisions/0022)."""
    return op.kind == "minutes" and op.type == "append" and op.set.keys() == {"handling"}


def _on_deleted(act: Act, view: Overlay, before: Document) -> Applied:
    """A deleted document stays deleted: deleting it again changes nothing, everything else is kept aside."""
    if act.operation.type != "delete":
        raise Refusal("deleted")
    return Applied(view.write(act, before, before, taken={}, lost={}))


def _same_place(act: Act, kind: Kind, before: Document) -> None:
    """Refuse a document outside the grants, or one that is not where the operation says.

    Documents of an area may have moved to another commune, and instruments to another establishment by a merger, while the
    tablet was offline: their edits follow them.
    """
    op = act.operation
    if before.scope not in act.device.grants:
        raise Refusal("foreign_scope")
    if before.scope != op.scope and not kind.in_area:
        raise Refusal("scope_mismatch")
    if op.parent is not None and op.parent != before.parent and not kind.in_area:
        raise Refusal("parent_mismatch")


def _inspection_of(kind: Kind, view: Overlay, document: Document) -> Document | None:
    if kind.name == "inspection":
        return document
    if kind.under(document.state)[0] == "inspection" and document.parent is not None:
        return view.get("inspection", document.parent)
    return None


def _refuse_frozen(act: Act, view: Overlay, fields: dict[str, Any], inspection: Document | None) -> None:
    if inspection is None or act.decided:
        return
    op = act.operation
    if op.kind == "sample" and samples.is_open(op.type, op.set):
        return
    fields = op.set if op.kind == "inspection" else fields
    listed = findings.snapshot(view, inspection.id) if op.kind in {"finding", "sample"} else frozenset[str]()
    closed = inspection.state.get("status") == Status.NOT_CARRIED_OUT and minutes.has_closing(view, inspection)
    if is_frozen(inspection.state, op.kind, op.id, fields, listed, closed_by_paper=closed):
        raise held("after-issue")


def _create(act: Act, kind: Kind, view: Overlay) -> Applied:
    op = act.operation
    fields, lost = _own_fields(kind, op.set)
    parent, scope = _place_of_new(act, kind, view, fields)
    _, named_in = kind.under(fields)
    if named_in is not None and parent is not None:
        fields[named_in] = parent.id
    inspection = parent if parent is not None and parent.kind == "inspection" else None
    _refuse_frozen(act, view, fields, inspection)
    new = Document(op.kind, op.id, None if parent is None else parent.id, scope, 1, {})
    if op.kind == "minutes":
        if inspection is None:
            raise Refusal("malformed")
        return Applied(minutes.issue(act, view, inspection, new, fields, lost))
    state = new.state
    state |= fresh(fields, lists=kind.lists | kind.logs, maps=kind.maps)
    state["created_by"] = act.device.user_id
    if op.kind == "inspection":
        _check_start(view, state)
        _follow_merger(view, state)
    elif parent is not None:
        _add_ours(act, view, parent, new)
    was_moved = any(name in state and not same(state[name], value) for name, value in op.set.items() if name in _SITE)
    return Applied(view.write(act, None, new, taken=fields, lost=lost), merged=was_moved)


def _add_ours(act: Act, view: Overlay, parent: Document, new: Document) -> None:
    """Check and complete a new child: its id where that follows from its content, and what the server makes of it."""
    op, state = act.operation, new.state
    if op.kind == "photo":
        state |= {"status": "expected", "width": None, "height": None, "exif": {}, "warnings": []}
    elif op.kind == "sample":
        state["warnings"] = samples.warnings(state, view.at)
    elif op.kind == "finding":
        findings.check_id(parent.id, op.id, state)
        item = findings.item_of(view, parent, state, op.checklist)
        state |= {CONFLICTS: {}, "ordinal": state.get("ordinal", 0)}
        state["computed"] = findings.compute(view, parent, item, new)
    elif op.kind == "mark":
        marks.check_id(view, parent, op.id, state)
        state["warnings"] = list(marks.warnings(act, view, state))
    elif op.kind == "stocktake":
        state |= marks.counted(view, state)


def _follow_merger(view: Overlay, state: dict[str, Any]) -> None:
    """Let a new inspection of an establishment that was merged away stand under the one that stands for it."""
    named = state.get("establishment_id")
    site = view.live("establishment", named) if is_uuid(named) else None
    if site is not None and (other := standing(view, site).id) != site.id:
        state |= {"establishment_id": other, "formerly": [site.id]}


def _own_fields(kind: Kind, wanted: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split what a tablet sent into its own fields and those that only the server makes (kept as lost)."""
    server = kind.server - {"status"} if kind.name == "inspection" else kind.server
    own = {name: value for name, value in wanted.items() if name not in server}
    return own, {name: value for name, value in wanted.items() if name in server}


def _place_of_new(act: Act, kind: Kind, view: Overlay, fields: dict[str, Any]) -> tuple[Document | None, str]:
    """Return the parent and the scope of a new document; waits for a parent that has not come."""
    op = act.operation
    parent_kind, named_in = kind.under(fields)
    if parent_kind is None or named_in is None:
        scope = area_scope(fields)
        if scope != op.scope:
            raise Refusal("scope_mismatch")
        return None, scope
    named = fields.get(named_in)
    parent_id = op.parent if op.parent is not None else named
    if not is_uuid(parent_id):
        raise Refusal("bad_id", f"Thiếu tài liệu cha ({named_in}).")
    if named is not None and named != parent_id:
        raise Refusal("parent_mismatch")
    parent = view.get(parent_kind, parent_id)
    if parent is None:
        raise Waiting(parent_id)
    if parent.scope not in act.device.grants:
        raise Refusal("foreign_scope")
    if parent.deleted:
        raise Refusal("parent_deleted")
    if parent.scope != op.scope and not kind.in_area:
        raise Refusal("scope_mismatch")
    if kind.in_area:
        parent = standing(view, parent)
    return parent, parent.scope


def area_scope(fields: dict[str, Any]) -> str:
    """Return the scope of an establishment; refuses one without its commune."""
    code = fields.get("area_code")
    if not isinstance(code, str) or not code:
        raise Refusal("malformed", "Thiếu mã xã (area_code) của cơ sở.")
    return AREA + code


def _check_start(view: Overlay, state: dict[str, Any]) -> None:
    """Refuse a new inspection that is already over or pins a checklist that the server does not know."""
    state.setdefault("status", Status.PLANNED.value)
    if state["status"] not in {Status.PLANNED, Status.IN_PROGRESS}:
        raise StepRefused(Status.PLANNED, str(state["status"]))
    _check_pins(view, state)


def _check_pins(view: Overlay, state: dict[str, Any]) -> None:
    for row in state.get("checklists") or []:
        if not isinstance(row, dict) or findings.known_checklist(view, row) is None:
            raise Refusal("unknown_checklist")


def _create_again(act: Act, kind: Kind, view: Overlay, before: Document) -> Applied:
    """A create whose document exists: nothing for the same content, a merge for its own creator, else refused."""
    op = act.operation
    fields, lost = _own_fields(kind, op.set)
    if all(same(before.state.get(name), value) for name, value in fields.items()):
        return Applied(view.write(act, before, before, taken={}, lost=lost), merged=True)
    if kind.append_only or before.state.get("created_by") != act.device.user_id:
        raise Refusal("exists")
    _refuse_frozen(act, view, before.state, _inspection_of(kind, view, before))
    return _patch(act, kind, view, before)


def _patch(act: Act, kind: Kind, view: Overlay, before: Document) -> Applied:
    """Merge fields three ways; a create that meets its document is merged as if it had seen nothing."""
    op = act.operation
    again = op.type != "patch" and not _is_handling(op)
    fields, dropped = _own_fields(kind, op.set)
    base = {} if again else _base_of(op, before, fields)
    for name in kind.fixed & fields.keys():
        if not same(fields.pop(name), before.state.get(name, 0 if name == "ordinal" else None)):
            raise Refusal("immutable_field", f"Không được sửa trường “{name}”.")
    wanted = fields.pop("status", None) if op.kind == "inspection" else None
    merged = merge(before.state, fields, base, act.writer, lists=kind.lists, maps=kind.maps, logs=kind.logs)
    if op.kind == "inspection":
        _inspection_rules(act, view, before, merged, wanted, base)
    elif op.kind == "finding":
        _finding_rules(act, view, before, merged)
    elif op.kind == "sample":
        _sample_rules(view, merged)
    _credit(act, view, before, merged)
    scope = before.scope
    if op.kind == "establishment" and "area_code" in merged.taken:
        scope = area_scope(merged.state)
        if scope not in act.device.grants:
            raise Refusal("foreign_scope", "Xã mới của cơ sở nằm ngoài phạm vi được giao.")
    after = _revised(before, merged, scope)
    view.write(act, before, after, taken=merged.taken, lost={**dropped, **merged.lost})
    if scope != before.scope:
        for instrument in view.children(before.id, "instrument"):
            view.follow(instrument, instrument.state, scope=scope)
    again = again or any(not same(merged.state[name], fields[name]) for name in kind.logs & fields.keys())
    return _applied(act, before, after, merged, again=again)


def _base_of(op: Operation, before: Document, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the values that the writer saw: those carried, and the present ones where the revision is the present one."""
    if op.base_rev != before.rev:
        return op.base
    return {**{name: before.state.get(name) for name in fields}, **op.base}


def _revised(before: Document, merged: Merged, scope: str) -> Document:
    """Raise the revision only where something changed: an own edit on an own base is identity (I7)."""
    if scope == before.scope and identical(merged.state, before.state):
        return before
    return replace(before, state=merged.state, scope=scope, rev=before.rev + 1)


def _applied(act: Act, before: Document, after: Document, merged: Merged, *, again: bool = False) -> Applied:
    stale = act.operation.base_rev is not None and act.operation.base_rev != before.rev
    return Applied(after, merged=bool(merged.conflicts) or stale or again, conflicts=merged.conflicts)


def _credit(act: Act, view: Overlay, before: Document, merged: Merged) -> None:
    """Say who wrote the value that stands beside each that lost: in the answer and in the document."""
    authors = {name: view.author(before.kind, before.id, name) for name in merged.conflicts}
    merged.conflicts = {
        name: with_actors(conflict, act.device.user_id, authors[name]) for name, conflict in merged.conflicts.items()
    }
    credit(merged, act.writer, authors)


def _inspection_rules(
    act: Act, view: Overlay, before: Document, merged: Merged, wanted: Any, base: dict[str, Any]
) -> None:
    """Move the status by the machine only; pinned checklists and rules stay once the inspection has begun."""
    current = str(before.state.get("status"))
    if wanted is not None and wanted != current:
        try:
            merged.state["status"] = merged.taken["status"] = step(current, str(wanted), act.device.role)
        except StepRefused:
            merged.lost["status"] = wanted
            merged.conflicts["status"] = {"mine": wanted, "base": base.get("status"), "theirs": current}
            note_conflict(merged.state, "status", wanted, base.get("status"), act.writer)
        else:
            if wanted == Status.NOT_CARRIED_OUT and not str(merged.state.get("reason") or "").strip():
                raise Refusal("missing_reason", "Phải ghi lý do không tiến hành kiểm tra.")
    if "checklists" in merged.taken:
        _check_pins(view, merged.state)
    if current != Status.PLANNED:
        pinned = before.state.get("checklists") or []
        if any(row not in merged.state.get("checklists", []) for row in pinned):
            raise Refusal("immutable_field", "Không được bỏ danh mục kiểm tra đã dùng từ khi bắt đầu.")
        if "rules" in merged.taken and before.state.get("rules"):
            raise Refusal("immutable_field", "Không được đổi bộ quy định đã dùng từ khi bắt đầu.")


def _finding_rules(act: Act, view: Overlay, before: Document, merged: Merged) -> None:
    """Compute again where what the inspector entered has changed."""
    inspection = None if before.parent is None else view.live("inspection", before.parent)
    if inspection is None or not merged.taken.keys() & set(findings.ENTERED):
        return
    item = findings.item_of(view, inspection, merged.state, act.operation.checklist)
    merged.state["computed"] = findings.compute(view, inspection, item, replace(before, state=merged.state))


def _sample_rules(view: Overlay, merged: Merged) -> None:
    """Say anew what does not agree, where what was recorded has changed."""
    if merged.taken:
        merged.state["warnings"] = samples.warnings(merged.state, view.at)


def _delete(act: Act, kind: Kind, view: Overlay, before: Document) -> Applied:
    """Delete only what has not changed since it was seen: an edit outlives a concurrent delete."""
    op = act.operation
    if op.base_rev != before.rev:
        raise Refusal("stale_delete")
    if op.kind == "finding":
        photos = view.children(before.parent, "photo") if before.parent else []
        if before.state.get("photo_ids") or any(p.state.get("finding_id") == op.id for p in photos):
            raise Refusal("has_evidence")
    elif op.kind == "sample" and samples.must_stay(before.state):
        raise Refusal(
            "has_evidence", "Mẫu đã có niêm phong, ảnh hoặc giao nhận: chỉ được hủy có lý do, không được xóa."
        )
    elif any(view.children(op.id, other.name) for other in KINDS.values() if other.parent_kind == kind.name):
        raise Refusal("has_children")
    elif before.state.get("merged_into"):
        raise Refusal(
            "has_children",
            "Cơ sở này đã được gộp vào cơ sở khác: những gì máy khác còn ghi dưới tên nó phải tìm được chỗ.",
        )
    after = replace(before, rev=before.rev + 1, state={}, deleted=True)
    return Applied(view.write(act, before, after, taken={}, lost={}))


def _void(act: Act, kind: Kind, view: Overlay, before: Document) -> Applied:
    """Cross out with a reason; what was recorded stays readable. Photos and signatures: by their creator only."""
    reason = act.operation.set.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise Refusal("missing_reason")
    if kind.append_only and before.state.get("created_by") != act.device.user_id:
        raise Refusal("not_creator")
    if before.state.get("voided"):
        return Applied(view.write(act, before, before, taken={}, lost={"reason": reason}), merged=True)
    writer = act.writer
    voided = {"reason": reason, "actor": writer.actor, "at": writer.at, "op_id": writer.op_id}
    if kind.name == "minutes":
        return Applied(minutes.void(act, view, before, {**voided, "replaced_by": None}))
    after = replace(before, rev=before.rev + 1, state={**before.state, "voided": voided})
    return Applied(view.write(act, before, after, taken={"voided": voided}, lost={}))


def _resolve(act: Act, kind: Kind, view: Overlay, before: Document) -> Applied:
    """Settle a conflict: `set` = {field, value, op_ids}."""
    op = act.operation
    path, op_ids = op.set.get("field"), op.set.get("op_ids")
    if not isinstance(path, str) or "value" not in op.set or not isinstance(op_ids, list):
        raise Refusal("malformed", "Thao tác giải quyết phải có field, value và op_ids.")
    name = path.partition(".")[0] if path.partition(".")[0] in kind.maps else path
    if name in kind.server | kind.fixed | kind.logs or (name in kind.maps and name == path):
        raise Refusal("immutable_field", f"Không được giải quyết trường “{path}”.")
    if op.kind == "inspection" and name == "status" and op.set["value"] != before.state.get("status"):
        step(str(before.state.get("status")), str(op.set["value"]), act.device.role)
    merged = resolve(before.state, path, op.set["value"], [str(o) for o in op_ids], act.writer,
                     base=op.base.get(path), base_known=path in op.base, maps=kind.maps)  # fmt: skip
    if op.kind == "finding" and path in merged.taken:
        _finding_rules(act, view, before, replace(merged, taken={name: None}))
    elif op.kind == "sample":
        _sample_rules(view, merged)
    _credit(act, view, before, merged)
    after = _revised(before, merged, before.scope)
    view.write(act, before, after, taken=merged.taken, lost=merged.lost)
    return _applied(act, before, after, merged)


_BY_TYPE: dict[str, Callable[[Act, Kind, Overlay, Document], Applied]] = {
    "create": _patch, "append": _patch, "patch": _patch, "delete": _delete, "void": _void, "resolve": _resolve,
}  # fmt: skip
