"""Signing in: passwords by Argon2, and tries counted so that guessing is slow and the true user gets in.

A device that an account signed in from before is counted by itself (its cookie says so, signed): whoever
guesses elsewhere makes others wait, never the person at her own desk.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, select, update

from clock import read_time, write_time
from errors import StoreError, UserFault
from store.database import Database
from store.foreign import keep_words
from store.log import Entry, append
from store.moves import Actor
from store.session_tables import logins
from store.sessions import end_sessions, open_session
from store.tables import accounts

WINDOW = timedelta(minutes=15)
# Failures in the window after which the next one waits: of a known device for its account, of an account from
# one unknown address, of an account from all of them, of an address over all accounts.
PER_DEVICE, PER_PLACE, PER_ACCOUNT, PER_ADDRESS = 10, 5, 20, 30
SHORTEST, LONGEST = 10, 200
_USUAL = ("password", "123456", "qwerty", "admin", "caibian", "abc123", "iloveyou", "letmein", "woaini")


@dataclass(frozen=True)
class Visitor:
    """Who asks: the network address, and the device where its cookie is one of this account's."""

    address: str
    device: str | None = None


@dataclass(frozen=True)
class Opened:
    """The person is signed in: the token is for the cookie."""

    token: str
    must_change: bool


@dataclass(frozen=True)
class Refused:
    """Not signed in: wrong name or password when `wait` is 0, else the seconds until the next try counts."""

    wait: int = 0


def log_in(database: Database, name: str, password: str, visitor: Visitor, now: datetime) -> Opened | Refused:
    """Sign a person in by name and password, or say why not; the try is counted before it is judged."""
    name = keep_words(name[:64])
    with database.write() as connection:
        wait = _count_try(connection, name, visitor, now)
        row = connection.execute(select(accounts).where(accounts.c.id == name)).first()
    if wait:
        return Refused(wait)
    sealed = row.password if row is not None and not row.disabled else None
    if not _fits(sealed or _make_dummy(), password) or sealed is None or row is None:
        return Refused()
    with database.write() as connection:
        _forgive(connection, name, visitor)
        append(connection, Entry(name, "desk", "login", reason=visitor.address), now)
        return Opened(open_session(connection, name, now), row.must_change)


def change_password(database: Database, actor: Actor, old: str, new: str, now: datetime) -> str | None:
    """Give the person a new password; every session ends, and the token of a new one is given.

    None when the old password is wrong. Raises UserFault with the rule that the new one breaks.
    """
    with database.read() as connection:
        sealed = connection.execute(select(accounts.c.password).where(accounts.c.id == actor.id)).scalar_one()
    if sealed is None or not _fits(sealed, old):
        return None
    check_password(actor.id, new)
    if new == old:
        raise UserFault("新口令不能与旧口令相同")
    fresh = PasswordHasher().hash(new)
    with database.write() as connection:
        _save_password(connection, actor.id, fresh, now)
        append(connection, Entry(actor.id, "desk", "password", reason=actor.id), now)
        end_sessions(connection, actor.id, now)
        return open_session(connection, actor.id, now)


def check_password(name: str, password: str) -> None:
    """Hold a new password to the rules; raises UserFault in the words of the one who chooses it."""
    folded = password.casefold()
    if len(password) < SHORTEST:
        raise UserFault(f"口令至少 {SHORTEST} 个字符")
    if len(password) > LONGEST:
        raise UserFault(f"口令最多 {LONGEST} 个字符")
    if len(set(folded)) < 5 or folded in "01234567890123456789" or folded in "abcdefghijklmnopqrstuvwxyz":
        raise UserFault("口令太简单：至少用 5 种不同的字符，不要用连续的数字或字母")
    if name.casefold() in folded or any(folded.startswith(word) for word in _USUAL):
        raise UserFault("口令里不要有账号名，也不要以常见口令开头")


def give_demo_password(connection: Connection, name: str, password: str) -> None:
    """Let a demo's editor sign in with a password that the demo prints; raises UserFault for others."""
    demo = connection.execute(select(accounts.c.demo).where(accounts.c.id == name)).scalar_one_or_none()
    if not demo:
        raise UserFault(f"{name!r} is no demo account")
    _save_password(connection, name, PasswordHasher().hash(password), None)


def read_key(home: Path) -> str:
    """Give the key that signs forms and devices: a file of the working folder, made when first asked for.

    Raises StoreError when it can neither be read nor made.
    """
    path = home / "desk.key"
    try:
        if not path.exists():
            draft = home / f".desk.key.{secrets.token_hex(4)}"
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(32), encoding="ascii")
            with suppress(FileExistsError):
                path.hardlink_to(draft)  # of two that start at once, one key wins
            draft.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise StoreError(f"{path}: cannot be used: {error.strerror}") from error


def _count_try(connection: Connection, name: str, visitor: Visitor, now: datetime) -> int:
    """Count one more try, or give the seconds to wait; one that must wait is not counted."""
    connection.execute(delete(logins).where(logins.c.at < write_time(now - timedelta(days=1))))
    unknown, mine = logins.c.device.is_(None), logins.c.account == name
    here = logins.c.address == visitor.address
    limits = [
        (PER_PLACE, (mine, here, unknown)),
        (PER_ACCOUNT, (mine, unknown)),
        (PER_ADDRESS, (here, unknown)),
    ]
    if visitor.device is not None:
        limits = [(PER_DEVICE, (mine, logins.c.device == visitor.device))]
    for most, conditions in limits:
        query = select(func.min(logins.c.at), func.count()).where(
            *conditions, logins.c.at > write_time(now - WINDOW)
        )
        oldest, count = connection.execute(query).one()
        if count >= most:
            return max(1, int((read_time(oldest) + WINDOW - now).total_seconds()))
    connection.execute(
        logins.insert().values(
            account=name, address=visitor.address, device=visitor.device, at=write_time(now)
        )
    )
    return 0


def _forgive(connection: Connection, name: str, visitor: Visitor) -> None:
    """Whoever got in was no guesser: her tries from here count no longer."""
    place = (
        logins.c.device == visitor.device
        if visitor.device is not None
        else (logins.c.address == visitor.address) & logins.c.device.is_(None)
    )
    connection.execute(delete(logins).where(logins.c.account == name, place))


def _save_password(connection: Connection, name: str, sealed: str, now: datetime | None) -> None:
    """Keep a password of the person's own choice; without a moment it never grows old, as in a demo."""
    at = write_time(now) if now is not None else None
    values = {"password": sealed, "password_at": at, "must_change": False}
    connection.execute(update(accounts).where(accounts.c.id == name).values(**values))


def _fits(sealed: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(sealed, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _make_dummy() -> str:
    """A name that does not exist takes as long as one that does."""
    return PasswordHasher().hash(secrets.token_hex(16))
