"""Photo bytes: staged while they come, immutable under their SHA-256 after. Knows nothing of HTTP or databases."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from server.settings import ROOT
from server.storage.blobs import BlobStore
from server.storage.disk import DiskStore

_FILE, _S3 = "file:", "s3://"


@lru_cache(maxsize=8)
def open_store(url: str, instance: Path = ROOT / "instance") -> BlobStore:
    """Open the store that a BLOB_URL names: `file:/folder`, or `s3://bucket[/prefix]` with uploads under `instance`."""
    if folder := url.removeprefix(_FILE) if url.startswith(_FILE) else "":
        return DiskStore(Path(folder))
    bucket, _, prefix = url.removeprefix(_S3).partition("/")
    if not url.startswith(_S3) or not bucket:
        raise ValueError(f"BLOB_URL phải có dạng file:/đường/dẫn hoặc s3://bucket[/tiền-tố], không phải {url!r}.")
    from server.storage.s3 import S3Store  # boto3 takes 0.4 s to load, and most servers keep photos on their disk

    return S3Store(bucket, prefix.strip("/"), instance / "staging")
