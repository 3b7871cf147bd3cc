"""Who is signed in at the desk: sessions by the hash of what the cookie holds, and what each may undo."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from clock import read_time, write_time
from store.forms import hash_text, write_json
from store.moves import Actor, make_actor
from store.session_tables import sessions
from store.tables import accounts, grants

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)  # a page a second is no write a second
_AWAY = timedelta(minutes=10)  # who has pressed nothing for so long waits for nothing
_FORGOTTEN = timedelta(days=30)
_ACTS = 50  # actions that a session can take back, newest last
_ACTS_OF = select(sessions.c.acts).where(sessions.c.token == bindparam("of_token"))


@dataclass(frozen=True)
class Session:
    """One person signed in: `token` is the hash, `csrf` the secret behind this session's forms."""

    token: str
    actor: Actor
    must_change: bool
    csrf: str
    notice: str | None
    seen_at: datetime
    password_at: datetime | None

    def is_old(self, days: int, now: datetime) -> bool:
        """Whether the password is older than the rules let it be (S31); with 0 days it never is."""
        return bool(days and self.password_at is not None and now - self.password_at > timedelta(days=days))


@dataclass(frozen=True)
class Act:
    """Something that was done at the desk and can be taken back: (item, number, action) of each part."""

    told: str
    parts: tuple[tuple[int, int, str], ...]


def open_session(connection: Connection, account: str, now: datetime) -> str:
    """Sign a person in under a new token, which only the cookie will know; old sessions are cleared away."""
    token = secrets.token_urlsafe(32)
    sealed = connection.execute(select(accounts.c.password).where(accounts.c.id == account)).scalar_one()
    connection.execute(delete(sessions).where(sessions.c.seen_at < write_time(now - _FORGOTTEN)))
    connection.execute(
        sessions.insert().values(
            token=_hash(token),
            account=account,
            seal=hash_text(sealed or ""),
            csrf=secrets.token_hex(32),
            made_at=write_time(now),
            seen_at=write_time(now),
            acts="[]",
        )
    )
    return token


def find_session(connection: Connection, token: str, now: datetime) -> Session | None:
    """Give the session behind a cookie; None when it ended, expired, or the account or password changed."""
    query = (
        select(
            sessions, accounts.c.password, accounts.c.password_at, accounts.c.must_change, accounts.c.disabled
        )
        .join(accounts, accounts.c.id == sessions.c.account)
        .where(sessions.c.token == _hash(token), sessions.c.ended_at.is_(None))
    )
    row = connection.execute(query).first()
    if row is None or row.disabled or row.seal != hash_text(row.password or ""):
        return None
    if now - read_time(row.seen_at) > IDLE or now - read_time(row.made_at) > LONGEST:
        return None
    held = connection.execute(select(grants.c.role, grants.c.scope).where(grants.c.account == row.account))
    actor = make_actor(row.account, [(one.role, one.scope) for one in held])
    return Session(
        token=row.token,
        actor=actor,
        must_change=row.must_change,
        csrf=row.csrf,
        notice=row.notice,
        seen_at=read_time(row.seen_at),
        password_at=read_time(row.password_at) if row.password_at else None,
    )


def is_due(session: Session, now: datetime) -> bool:
    """Say whether it is time to write down that the session is still used."""
    return now - session.seen_at > _SEEN_EVERY


def mark_seen(connection: Connection, session: Session, now: datetime) -> None:
    """The session is used: its idle time begins anew."""
    _change(connection, session, seen_at=write_time(now))


def is_anybody_in(connection: Connection, now: datetime) -> bool:
    """Say whether somebody is working at the desk: a page was asked for within the last ten minutes."""
    recent = sessions.c.ended_at.is_(None) & (sessions.c.seen_at > write_time(now - _AWAY))
    return connection.execute(select(sessions.c.token).where(recent).limit(1)).first() is not None


def end_session(connection: Connection, session: Session, now: datetime) -> None:
    """Sign a person out; the token is worth nothing from now on."""
    _change(connection, session, ended_at=write_time(now))


def end_sessions(connection: Connection, account: str, now: datetime) -> int:
    """Sign a person out everywhere; give how many sessions ended."""
    done = connection.execute(
        update(sessions)
        .where(sessions.c.account == account, sessions.c.ended_at.is_(None))
        .values(ended_at=write_time(now))
    )
    return int(done.rowcount)


def set_notice(connection: Connection, session: Session, words: str | None) -> None:
    """Keep what the next page tells once; None when it was told."""
    _change(connection, session, notice=words)


def push_act(connection: Connection, session: Session, act: Act, replace_last: bool = False) -> None:
    """Remember what can be taken back, the newest last; a bulk that goes on takes its own place again."""
    before = _read_acts(connection, session)
    acts = [*(before[:-1] if replace_last else before), {"told": act.told, "parts": act.parts}]
    _change(connection, session, acts=write_json(acts[-_ACTS:]))


def find_act(connection: Connection, session: Session) -> Act | None:
    """Give the newest thing that can be taken back, None when there is nothing."""
    acts = _read_acts(connection, session)
    if not acts:
        return None
    parts = tuple((int(item), int(number), str(action)) for item, number, action in acts[-1]["parts"])
    return Act(acts[-1]["told"], parts)


def drop_act(connection: Connection, session: Session) -> None:
    """Forget the newest act: it was taken back, or cannot be."""
    _change(connection, session, acts=write_json(_read_acts(connection, session)[:-1]))


def _read_acts(connection: Connection, session: Session) -> list[Any]:
    acts: list[Any] = json.loads(connection.execute(_ACTS_OF, {"of_token": session.token}).scalar_one())
    return acts


def _change(connection: Connection, session: Session, **values: str | None) -> None:
    connection.execute(update(sessions).where(sessions.c.token == session.token).values(**values))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
