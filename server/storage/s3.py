"""The blob store in an S3-compatible bucket; uploads are staged on the local disk (docs/decisions/0004)."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader, create_loader
from botocore.session import get_session

from server.storage.blobs import StoreFull, StoreUnavailable
from server.storage.staging import StagedFile, Staging, address, derived_address, disk_trouble, hash_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_S, READ_S, ATTEMPTS = 2, 10, 2
"""One call ends within 25 s, so that a thread comes back before gunicorn's or a proxy's 60 s."""
SLOTS, SLOT_WAIT_S = 2, 5.0
"""Requests of one worker that may wait for the store at once: of its four threads the others go on with pushes."""
_MISSING = {"404", "NoSuchKey"}
_FULL = {"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull"}
_INSUFFICIENT_STORAGE = 507
_IN_MEMORY = 1024 * 1024
_READ = 256 * 1024
_making = threading.Lock()
"""Clients may be shared among threads, the making of them may not."""


class S3Store(Staging):
    """Blobs as objects `[prefix/]ab/cd/<sha256>`. Endpoint and credentials come from the usual AWS_* environment.

    Needs the rights to get, put and list (not to delete), and a server that knows conditional puts.
    """

    def __init__(self, bucket: str, prefix: str, staging: Path) -> None:
        super().__init__(staging)
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        self._slots = threading.BoundedSemaphore(SLOTS)
        try:
            self._client = _client(READ_S, ATTEMPTS)
            self._probe = _client(CONNECT_S, 1)
        except BotoCoreError as error:
            raise StoreUnavailable(str(error)) from error

    def has(self, sha256: str) -> bool:
        """Whether this blob is stored."""
        key = self._prefix + address(sha256)
        try:
            with self._asking():
                self._client.head_object(Bucket=self._bucket, Key=key)
        except FileNotFoundError:
            return False
        return True

    def open(self, sha256: str) -> BinaryIO:
        """Fetch a blob whole to a temporary file, so that an answer that has begun cannot break off at the store.

        Raises StoreUnavailable where the bytes do not have their hash.
        """
        # A file in memory until it is larger than a block.
        file = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - the caller closes it
        try:
            with disk_trouble():
                for block in self._blocks(self._prefix + address(sha256)):
                    file.write(block)
                file.seek(0)
                if hash_of(file) != sha256:
                    raise StoreUnavailable(f"the object of {sha256} has other bytes")
                file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def derived(self, sha256: str, name: str) -> bytes | None:
        """Return a derived file, None where it was not made yet."""
        try:
            return b"".join(self._blocks(self._prefix + derived_address(sha256, name)))
        except FileNotFoundError:
            return None

    def keep_derived(self, sha256: str, name: str, data: bytes) -> None:
        """Keep a derived file."""
        with self._asking():
            self._client.put_object(Bucket=self._bucket, Key=self._prefix + derived_address(sha256, name), Body=data)

    def check(self) -> None:
        """Ask for the bucket."""
        with _named():
            try:
                self._probe.head_bucket(Bucket=self._bucket)
            except ClientError as error:
                if error.response["Error"]["Code"] in _MISSING:
                    raise StoreUnavailable(f"there is no bucket {self._bucket}") from error
                raise

    def _promote(self, staged: StagedFile, sha256: str, length: int) -> None:
        """Put the bytes with their checksum, read them back, and only then let the staged ones go.

        Killed at any step it begins anew: the staged file is there until the object has proved its hash.
        """
        found = self._stored_hash(sha256)
        if found != sha256:
            self._put(staged, sha256, length, is_new=found is None)
            if self._stored_hash(sha256) != sha256:
                raise StoreUnavailable(f"the object of {sha256} reads back as other bytes")
        staged.path.unlink(missing_ok=True)

    def _put(self, staged: StagedFile, sha256: str, length: int, *, is_new: bool) -> None:
        # `IfNoneMatch`: nothing is ever written over a blob but where the one there has lost its own hash.
        condition: Any = {"IfNoneMatch": "*"} if is_new else {}
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        with os.fdopen(os.dup(staged.handle), "rb") as body, self._asking():
            body.seek(0)
            try:
                self._client.put_object(
                    Bucket=self._bucket, Key=self._prefix + address(sha256), Body=body, ContentLength=length,
                    ChecksumSHA256=checksum, **condition,
                )  # fmt: skip
            except ClientError as error:
                if error.response["Error"]["Code"] != "PreconditionFailed":
                    raise
                # Another upload of the same bytes was faster; reading back decides.

    def _stored_hash(self, sha256: str) -> str | None:
        """Hash the object by reading it back; None where there is none."""
        digest = hashlib.sha256()
        try:
            for block in self._blocks(self._prefix + address(sha256)):
                digest.update(block)
        except FileNotFoundError:
            return None
        return digest.hexdigest()

    def _blocks(self, key: str) -> Iterator[bytes]:
        """Give an object's bytes; FileNotFoundError where there is none."""
        with self._asking():
            body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
            with body:
                yield from body.iter_chunks(_READ)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Hold one of the slots, and call the store's failures by their names."""
        if not self._slots.acquire(timeout=SLOT_WAIT_S):
            raise StoreUnavailable("the store is slow, and enough requests wait for it")
        try:
            with _named():
                yield
        finally:
            self._slots.release()


@contextmanager
def _named() -> Iterator[None]:
    """Turn what boto says into FileNotFoundError, StoreFull, StoreUnavailable."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _MISSING:
            raise FileNotFoundError(str(error)) from error
        is_full = code in _FULL or error.response["ResponseMetadata"]["HTTPStatusCode"] == _INSUFFICIENT_STORAGE
        raise (StoreFull if is_full else StoreUnavailable)(str(error)) from error
    except BotoCoreError as error:
        raise StoreUnavailable(str(error)) from error


@lru_cache(maxsize=1)
def descriptions() -> Loader:
    """Read the service's description once a process: 0.2 s of CPU for the first client, 25 ms for the next."""
    return create_loader()


def session() -> Session:
    """Credentials as the environment has them now, never those of an earlier store."""
    core = get_session()
    core.register_component("data_loader", descriptions())
    return Session(botocore_session=core)


def _client(read_s: int, attempts: int) -> S3Client:
    config = Config(
        connect_timeout=CONNECT_S, read_timeout=read_s, retries={"mode": "standard", "total_max_attempts": attempts},
        response_checksum_validation="when_required",  # we hash what comes ourselves, and mend what does not match
    )  # fmt: skip
    with _making:
        return session().client("s3", config=config)
