"""A JPEG's outline: all its markers and tables, of each scan the beginning. It decodes iff the whole file does."""

from __future__ import annotations

import re

KEPT = 4096
"""Bytes of each scan that are decoded all the same."""
_START, _END, _SCAN = b"\xff\xd8", b"\xff\xd9", 0xDA
_KNOWN = frozenset({0xC0, 0xC1, 0xC2, 0xC4, _SCAN, 0xDB, 0xDD, 0xFE, *range(0xE0, 0xF0)})
"""Huffman frames, tables, restart intervals, comments, application data (ITU-T T.81, table B.1)."""
_AFTER_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]", re.DOTALL)
"""What ends a scan: neither a stuffed or filling byte nor a restart."""


def outline(data: bytes) -> bytes | None:
    """Return a short JPEG that a decoder takes or refuses just as it would this one; None where only decoding can tell.

    A Huffman decoder refuses headers and tables, and a file that ends before its EOI; of the coded data in a scan, which
    is nearly all of a photo and nearly all the work, it refuses nothing: what is damaged there becomes grey.
    """
    if not data.startswith(_START):
        return None
    kept, at = [_START], 2
    while data[at : at + 2] != _END:
        head = data[at : at + 4]
        end = at + 2 + int.from_bytes(head[2:])
        if len(head) < 4 or head[0] != 0xFF or head[1] not in _KNOWN or not at + 4 <= end <= len(data):
            return None
        kept.append(data[at:end])
        at = end
        if head[1] == _SCAN:
            found = _AFTER_SCAN.search(data, at)
            if found is None:
                return None
            kept.append(data[at : min(found.start(), at + KEPT)])
            at = found.start()
    return b"".join((*kept, _END))
