"""Devices (one inspector on one tablet), their one-time enrolment codes and every signing key ever used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.db.base import Instant, Model


class Device(Model):
    """Lives from enrolment to revocation; a revoked one may still deliver its queue, into quarantine."""

    __tablename__ = "device"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"), index=True)
    tablet_name: Mapped[str] = mapped_column(String(100))
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    upload_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    next_device_seq: Mapped[int] = mapped_column(default=1)
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    app_build: Mapped[str | None] = mapped_column(String(60))
    """The program's build, as the tablet said when it last greeted."""
    unsent_operations: Mapped[int | None]
    unsent_photos: Mapped[int | None]
    """What had not left the tablet when it last greeted, before that very delivery; None: it never said."""
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    """Set on a fork (restored or cloned tablet): no issuing, no leases until reviewed."""


class EnrolmentCode(Model):
    """A one-time code that names the inspector; only its hash is kept."""

    __tablename__ = "enrolment_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class SigningKey(Model):
    """A public key that signed, or may sign, minutes. Never deleted: old papers must stay verifiable."""

    __tablename__ = "signing_key"
    kid: Mapped[str] = mapped_column(String(8), primary_key=True)
    """Hex of the 4-byte key id."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    holder: Mapped[str] = mapped_column(String(50))
    """`server`, or the device's id."""
    valid_from: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


_BY_TOKEN = select(Device).where(
    (Device.token_hash == bindparam("hash")) | (Device.upload_token_hash == bindparam("hash"))
)
"""Built once: every request of a tablet begins with it."""


def by_token_hash(session: Session, token_hash: str) -> tuple[Device, bool] | None:
    """Return (device, may do everything) for a token's hash; False = it may only push and upload."""
    device = session.scalar(_BY_TOKEN, {"hash": token_hash})
    return None if device is None else (device, device.token_hash == token_hash)
