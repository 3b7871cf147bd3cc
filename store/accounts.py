"""The people: accounts, the roles they hold, and their passwords by Argon2."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import Connection, select, update

from clock import write_time
from errors import NotAllowed, NotFound, UserFault
from store.log import Entry, append
from store.marks import DEMO, read_mark
from store.moves import Actor, make_actor
from store.tables import accounts, grants

ROLES = ("editor", "chief", "submitter", "director", "ops", "auditor", "administrator")
# Names that the log uses for the machine's own rows, so no person can bear them.
MACHINES = frozenset({"crawl", "publish", "caibian", "machine"})
_SHORTEST = 10


def add_account(
    connection: Connection,
    name: str,
    roles: Iterable[str],
    password: str | None,
    now: datetime,
    *,
    by: str = "terminal",
    demo: bool = False,
) -> None:
    """Make an account with its roles; without a password it can act on the terminal only.

    Raises UserFault for a name that is taken or no name, an unknown role, a short password; NotAllowed for a
    demo account in a database that is no demo.
    """
    wanted = tuple(dict.fromkeys(roles))
    if not name.isidentifier() and not name.replace("-", "_").isidentifier():
        raise UserFault(f"{name!r} is no account name: letters, digits, - and _, not beginning with a digit")
    if name in MACHINES:
        raise UserFault(f"{name!r} stands for the machine in the log: take another name")
    unknown = [role for role in wanted if role not in ROLES]
    if unknown or not wanted:
        raise UserFault(f"{', '.join(unknown) or 'no role'}: the roles are {', '.join(ROLES)}")
    if connection.execute(select(accounts.c.id).where(accounts.c.id == name)).first():
        raise UserFault(f"there is an account {name!r} already")
    if demo and read_mark(connection, DEMO) is None:
        raise NotAllowed("demo accounts can exist in a demo's database only")
    connection.execute(
        accounts.insert().values(
            id=name,
            name=name,
            password=_seal(password),
            must_change=password is not None,
            disabled=False,
            demo=demo,
            made_at=write_time(now),
        )
    )
    connection.execute(grants.insert(), [{"account": name, "role": role, "scope": "*"} for role in wanted])
    append(connection, Entry(by, "terminal", "user-add", reason=f"{name}: {', '.join(wanted)}"), now)


def set_password(connection: Connection, name: str, password: str, now: datetime) -> None:
    """Give an account a new password; raises NotFound, or UserFault for a short one."""
    _touch(connection, name, "user-passwd", now, password=_seal(password), must_change=True)


def disable_account(connection: Connection, name: str, now: datetime) -> None:
    """Close an account for good; what it did stays in the log. Raises NotFound."""
    _touch(connection, name, "user-disable", now, disabled=True)


def find_actor(connection: Connection, name: str) -> Actor:
    """Give the person behind a name, with the roles; raises NotFound, or NotAllowed when it is disabled."""
    row = connection.execute(select(accounts).where(accounts.c.id == name)).first()
    if row is None:
        raise NotFound(f"there is no account {name!r}: `caibian user add {name} --role editor` makes one")
    if row.disabled:
        raise NotAllowed(f"the account {name!r} is disabled")
    held = connection.execute(select(grants.c.role, grants.c.scope).where(grants.c.account == name))
    return make_actor(name, [(one.role, one.scope) for one in held])


def _touch(connection: Connection, name: str, action: str, now: datetime, **values: object) -> None:
    done = connection.execute(update(accounts).where(accounts.c.id == name).values(**values))
    if done.rowcount != 1:
        raise NotFound(f"there is no account {name!r}")
    append(connection, Entry("terminal", "terminal", action, reason=name), now)


def _seal(password: str | None) -> str | None:
    if password is None:
        return None
    if len(password) < _SHORTEST:
        raise UserFault(f"the password is too short: at least {_SHORTEST} characters")
    return PasswordHasher().hash(password)
