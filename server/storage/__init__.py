"""Photo bytes: staged while they come, immutable under their SHA-256 after. Knows nothing of HTTP or databases."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from server.storage.blobs import BlobStore
from server.storage.disk import DiskStore

_FILE = "file:"


@lru_cache(maxsize=8)
def open_store(url: str) -> BlobStore:
    """Open the store that a BLOB_URL names: `file:/folder`."""
    folder = url.removeprefix(_FILE)
    if not url.startswith(_FILE) or not folder:
        raise ValueError(f"BLOB_URL phải có dạng file:/đường/dẫn, không phải {url!r}.")
    return DiskStore(Path(folder))
