"""What a device may see and do at this moment: its scopes, its leadership, its standing."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.db import campaigns
from server.db.devices import Device
from server.db.users import READS_ALL, User
from sync.batch import DeviceContext

_IS_ACTIVE = select(User.__table__.c.is_active).where(User.__table__.c.id == bindparam("id"))


def scopes_of(session: Session, device: Device) -> frozenset[str]:
    """Return the scopes that this device's user is granted now, and its own; none for a deactivated account.

    Of a device's own scope a tablet sees the rolls of stickers and seals leased to it alone (services/pull).
    """
    if not session.connection().scalar(_IS_ACTIVE, {"id": device.user_id}):
        return frozenset()
    return campaigns.grants_of(session, device.user_id) | {f"device:{device.id}"}


def context_of(session: Session, device: Device) -> DeviceContext:
    """Return what the core needs to know of a device. A deactivated user's device counts as revoked."""
    user = session.get(User, device.user_id)
    is_active = user is not None and user.is_active
    return DeviceContext(
        device_id=device.id,
        user_id=device.user_id,
        role=user.role if user is not None else "",
        grants=campaigns.grants_of(session, device.user_id) if is_active else frozenset(),
        next_device_seq=device.next_device_seq,
        revoked=device.revoked_at is not None or not is_active,
        stopped=device.stopped_at is not None,
        public_key=device.public_key,
        led_campaigns=campaigns.led_by(session, device.user_id) if is_active else frozenset(),
        verified_campaigns=campaigns.verified_by(session, device.user_id) if is_active else frozenset(),
    )


def readable(session: Session, device: Device | None, user: User | None) -> frozenset[str] | None:
    """Return the scopes that a tablet or a person signed in may read documents of; None = all.

    Supervisors, clerks and administrators read everything, others what their campaigns hold.
    """
    if device is not None:
        return scopes_of(session, device)
    if user is not None and user.role in READS_ALL:
        return None
    return frozenset() if user is None else campaigns.grants_of(session, user.id)
