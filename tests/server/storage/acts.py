"""What tests do to a blob store."""

from __future__ import annotations

from uuid import uuid4

from server.storage.blobs import BlobStore
from tests.pictures import sha256


def staged(store: BlobStore, data: bytes) -> str:
    """Stage bytes; return the upload."""
    upload = str(uuid4())
    store.begin(upload)
    with store.appending(upload) as file:
        file.write(0, data)
    return upload


def promote(store: BlobStore, data: bytes) -> str:
    """Store bytes for good; return their hash."""
    with store.appending(staged(store, data)) as file:
        file.promote(sha256(data), len(data))
    return sha256(data)


def content(store: BlobStore, digest: str) -> bytes:
    """Read a blob."""
    with store.open(digest) as file:
        return file.read()
