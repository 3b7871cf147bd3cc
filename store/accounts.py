"""The people: accounts, the roles they hold, and their passwords by Argon2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import Connection, delete, select, update

from clock import read_time, write_time
from errors import NotAllowed, NotFound, UserFault
from store.log import Entry, append
from store.marks import DEMO, read_mark
from store.moves import Actor, make_actor
from store.tables import accounts, grants

ROLES = ("editor", "chief", "submitter", "director", "ops", "auditor", "administrator")
# Names that the log uses for the machine's own rows, so no person can bear them.
MACHINES = frozenset({"crawl", "publish", "caibian", "machine"})
_SHORTEST = 10


@dataclass(frozen=True)
class Account:
    """One account as ops looks at it; `columns` are an editor's own, empty for every one."""

    name: str
    roles: tuple[str, ...]
    columns: tuple[str, ...]
    password_at: datetime | None
    disabled: bool


def add_account(
    connection: Connection,
    name: str,
    roles: Iterable[str],
    password: str | None,
    now: datetime,
    *,
    by: str = "terminal",
    demo: bool = False,
    columns: Iterable[str] = (),
) -> None:
    """Make an account with its roles; without a password it can act on the terminal only.

    With `columns` an editor sees and decides those alone.

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
            password_at=write_time(now) if password is not None else None,
            must_change=password is not None,
            disabled=False,
            demo=demo,
            made_at=write_time(now),
        )
    )
    own = tuple(dict.fromkeys(columns))
    for role in wanted:
        _add_grants(connection, name, role, own if role == "editor" else ())
    if own and "editor" not in wanted:
        raise UserFault("only an editor can be bound to columns")
    told = ", ".join(wanted) + (f" of {', '.join(own)}" if own else "")
    append(connection, Entry(by, "terminal", "user-add", reason=f"{name}: {told}"), now)


def grant_role(connection: Connection, name: str, role: str, columns: Iterable[str], now: datetime) -> None:
    """Give an account a role, an editor's in these columns alone if any are named; it replaces what it held.

    Raises NotFound, or UserFault for an unknown role and for columns that are no editor's.
    """
    own = tuple(dict.fromkeys(columns))
    if role not in ROLES:
        raise UserFault(f"{role}: the roles are {', '.join(ROLES)}")
    if own and role != "editor":
        raise UserFault("only an editor can be bound to columns")
    told = f"{name}: {role}" + (f" of {', '.join(own)}" if own else "")
    _touch(connection, name, "user-grant", now, reason=told)
    connection.execute(delete(grants).where(grants.c.account == name, grants.c.role == role))
    _add_grants(connection, name, role, own)


def revoke_role(connection: Connection, name: str, role: str, now: datetime) -> None:
    """Take a role from an account; raises NotFound, or UserFault where it does not hold that one."""
    _touch(connection, name, "user-revoke", now, reason=f"{name}: {role}")
    gone = connection.execute(delete(grants).where(grants.c.account == name, grants.c.role == role))
    if not gone.rowcount:
        raise UserFault(f"{name} is no {role}")


def list_accounts(connection: Connection) -> list[Account]:
    """Give every account by name."""
    held: dict[str, list[tuple[str, str]]] = {}
    for row in connection.execute(select(grants).order_by(grants.c.role, grants.c.scope)):
        held.setdefault(row.account, []).append((row.role, row.scope))
    return [
        Account(
            name=row.id,
            roles=tuple(dict.fromkeys(role for role, _ in held.get(row.id, ()))),
            columns=tuple(scope for role, scope in held.get(row.id, ()) if role == "editor" and scope != "*"),
            password_at=read_time(row.password_at) if row.password_at else None,
            disabled=row.disabled,
        )
        for row in connection.execute(select(accounts).order_by(accounts.c.id))
    ]


def set_password(connection: Connection, name: str, password: str, now: datetime) -> None:
    """Give an account a new password; raises NotFound, or UserFault for a short one."""
    _touch(
        connection,
        name,
        "user-passwd",
        now,
        password=_seal(password),
        must_change=True,
        password_at=write_time(now),
    )


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


def _touch(
    connection: Connection, name: str, action: str, now: datetime, reason: str | None = None, **values: object
) -> None:
    """Change an account, if only to see that there is one, with its row of the log."""
    done = connection.execute(
        update(accounts).where(accounts.c.id == name).values(**(values or {"id": name}))
    )
    if done.rowcount != 1:
        raise NotFound(f"there is no account {name!r}")
    append(connection, Entry("terminal", "terminal", action, reason=reason or name), now)


def _add_grants(connection: Connection, name: str, role: str, columns: tuple[str, ...]) -> None:
    rows = [{"account": name, "role": role, "scope": scope} for scope in columns or ("*",)]
    connection.execute(grants.insert(), rows)


def _seal(password: str | None) -> str | None:
    if password is None:
        return None
    if len(password) < _SHORTEST:
        raise UserFault(f"the password is too short: at least {_SHORTEST} characters")
    return PasswordHasher().hash(password)
