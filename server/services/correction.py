"""An operation as a supervisor corrects it: the part that may be edited, read back strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.errors import Problem, ProblemCode
from sync.ids import uuid7
from sync.operations import MAX_BYTES, device_seq_of, group_of

EDITABLE = ("kind", "id", "parent", "type", "scope", "base_rev", "set", "base", "checklist")
"""What says what is written where; who, when and under which number is the server's to say."""
_EMPTY: dict[str, Any] = {"set": {}, "base": {}}


def editable(raw: Any) -> str:
    """Write the part of an operation that may be edited, one field a line."""
    said = raw if isinstance(raw, Mapping) else {}
    shown = {name: said.get(name, _EMPTY.get(name)) for name in EDITABLE}
    return json.dumps(shown, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode()


def may_correct(raw: Any) -> bool:
    """Say whether a person may put words in its place: minutes are signed by a key that no office has."""
    return not (isinstance(raw, Mapping) and raw.get("kind") == "minutes")


def corrected(original: Any, text: str, now: datetime) -> dict[str, Any]:
    """Return the operation that a supervisor typed, under an id of its own; refuses (INVALID_REQUEST) what is no such.

    The core checks it again as it checks a tablet's.
    """
    if len(text.encode("utf-8", "surrogatepass")) > 2 * MAX_BYTES:
        raise _refused(f"Nội dung sửa dài quá {2 * MAX_BYTES // 1024} KB.")
    try:
        said = json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise _refused(f"Nội dung sửa không phải JSON hợp lệ: lỗi ở dòng {error.lineno}, cột {error.colno}.") from error
    except (ValueError, RecursionError) as error:
        raise _refused("Nội dung sửa không phải JSON hợp lệ.") from error
    if not isinstance(said, dict):
        raise _refused("Nội dung sửa phải là một đối tượng JSON.")
    if unknown := sorted(set(said) - set(EDITABLE)):
        raise _refused(f"Không sửa được trường “{unknown[0][:60]}”: chỉ sửa {', '.join(EDITABLE)}.")
    if not (may_correct(original) and may_correct(said)):
        raise _refused("Biên bản có chữ ký số nên không sửa được: chỉ nhận vào hồ sơ hoặc bỏ qua.")
    return {
        **said,
        "op_id": uuid7(int(now.timestamp() * 1000)),
        "device_seq": device_seq_of(original) or 1,
        "group": group_of(original),
        "at": now.isoformat(timespec="seconds"),
        "clock": None,
    }


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _refused("Nội dung sửa có hai trường cùng tên.")
    return found


def _no_constant(name: str) -> Any:
    raise _refused(f"Nội dung sửa có số không hợp lệ: {name}.")


def _refused(said: str) -> Problem:
    return Problem(ProblemCode.INVALID_REQUEST, said)
