"""What the environment decides. Nothing here changes behaviour for tests."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sync.seal import MAX_COSE_BYTES, MAX_HOST_LENGTH, MAX_SERIES_BYTES, QR_CHARACTERS

ROOT = Path(__file__).resolve().parent.parent
MIN_SECRET_LENGTH = 32
_ENGINES = ("sqlite:///", "postgresql+psycopg://")
log = logging.getLogger(__name__)


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which and what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one server. Paths are absolute."""

    database_url: str
    blob_url: str
    secret_key: str | None
    public_url: str
    instance: Path
    log_level: str = "INFO"

    @classmethod
    def from_environ(cls, instance: Path | None = None) -> Settings:
        """Read the settings; what is not set lies under `instance/` of the project."""
        env = os.environ
        folder = instance or ROOT / "instance"
        port = env.get("PORT", "8000")
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise SettingsError(f"PORT phải là số từ 1 đến 65535, không phải {port!r}.")
        public_url = env.get("PUBLIC_URL", f"http://localhost:{port}").rstrip("/")
        if not public_url.startswith(("http://", "https://")):
            raise SettingsError(f"PUBLIC_URL phải bắt đầu bằng http:// hoặc https://, không phải {public_url!r}.")
        level = env.get("LOG_LEVEL", "INFO").upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise SettingsError(f"LOG_LEVEL phải là DEBUG, INFO, WARNING hoặc ERROR, không phải {level!r}.")
        blob_url = env.get("BLOB_URL", f"file:{folder / 'blobs'}")
        if not re.fullmatch(r"file:.+|s3://[^/]+(/.*)?", blob_url):
            raise SettingsError(
                f"BLOB_URL phải có dạng file:/đường/dẫn hoặc s3://bucket[/tiền-tố], không phải {blob_url!r}."
            )
        database_url = _database_url(env.get("DATABASE_URL") or f"sqlite:///{folder / 'hientruong.sqlite3'}")
        return cls(
            database_url=database_url,
            blob_url=blob_url,
            secret_key=env.get("SECRET_KEY"),
            public_url=public_url,
            instance=folder,
            log_level=level,
        )

    @property
    def public_host(self) -> str:
        """The host that stands in the QR code."""
        return urlsplit(self.public_url).netloc

    @property
    def series_room(self) -> int:
        """How many bytes of a series' name a version 10 QR code holds beside this host (docs/minutes-qr.md)."""
        characters = QR_CHARACTERS - len("HTTPS:///M/") - len(self.public_host)
        return characters * 5 // 8 - (MAX_COSE_BYTES - MAX_SERIES_BYTES)

    def check_for_serving(self) -> None:
        """Refuse to serve without a secret, or under a host that no QR code of minutes holds; commands need neither."""
        if self.series_room < 1:
            raise SettingsError(
                f"PUBLIC_URL: tên máy chủ {self.public_host!r} dài {len(self.public_host)} ký tự, quá dài cho mã QR trên "
                "biên bản. Hãy dùng tên miền ngắn hơn."
            )
        if self.series_room < MAX_SERIES_BYTES:
            log.warning(
                "PUBLIC_URL: tên máy chủ %r dài quá %d ký tự: sổ số có tên dài hơn %d byte sẽ không in được mã QR.",
                self.public_host, MAX_HOST_LENGTH, self.series_room,
            )  # fmt: skip
        if not self.secret_key or len(self.secret_key) < MIN_SECRET_LENGTH:
            raise SettingsError(
                f"Thiếu SECRET_KEY (ít nhất {MIN_SECRET_LENGTH} ký tự). Tạo bằng: "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )


def _database_url(given: str) -> str:
    """Return the URL as the engine wants it: `postgresql://` and `postgres://` mean PostgreSQL through psycopg 3."""
    scheme, separator, rest = given.partition("://")
    url = f"postgresql+psycopg://{rest}" if separator and scheme in {"postgresql", "postgres"} else given
    if not url.startswith(_ENGINES):
        raise SettingsError(
            "DATABASE_URL phải bắt đầu bằng postgresql:// hoặc sqlite:///, "
            f"không phải {scheme if separator else given[:20]!r}."
        )
    return url
