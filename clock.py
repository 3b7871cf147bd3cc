"""The portal's time: UTC in the store, Asia/Shanghai for people, given as an argument everywhere else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PORTAL_ZONE = ZoneInfo("Asia/Shanghai")


def read_clock() -> datetime:
    """Say what time it is, in UTC; called at the edge (commands, the crawl) and nowhere else."""
    return datetime.now(UTC)


def write_time(moment: datetime) -> str:
    """Write an aware moment as the store keeps it: fixed-width UTC text, `2026-11-05T02:10:00.000000Z`.

    Raises ValueError for a naive moment, since its zone would be a guess.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a zone: {moment!r}")
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"


def read_time(text: str) -> datetime:
    """Read what `write_time` wrote."""
    return datetime.fromisoformat(text)


def tell_day(moment: datetime) -> date:
    """Say which day it is at the portal."""
    return moment.astimezone(PORTAL_ZONE).date()


def tell_minute(moment: datetime) -> str:
    """Write a moment as the portal shows it: `2026-11-05 10:10` (N12)."""
    return moment.astimezone(PORTAL_ZONE).isoformat(" ", "minutes")[:16]
