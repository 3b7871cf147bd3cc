"""How each of the two databases is reached: its address, its time-outs, and how its transactions begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from errors import StoreError, UserFault
from store.driver import WAL_SAFE, sqlite3
from store.patience import begin, set_journal, wait_patiently

_LOCK_WAIT = 60  # seconds that a writer waits for another one's transaction
_STATEMENT = 120  # seconds for one statement; more than the wait, so that the wait is what is named
# The one lock that every writer on PostgreSQL holds to its end, so that the log stays one chain; the number
# is "caibian" in bytes, since such locks share one space of numbers in a database.
CHAIN_LOCK = int.from_bytes(b"caibian")
_EXAMPLES = "sqlite:///var/caibian.sqlite or postgresql://caibian@localhost/caibian"

# What a session on PostgreSQL begins with; `options` in the address come later and win. The server's own
# keep-alives let the chain lock of a machine that vanished go within two minutes.
_SESSION = {
    "default_transaction_isolation": r"read\ committed",
    "lock_timeout": f"{_LOCK_WAIT}s",
    "statement_timeout": f"{_STATEMENT}s",
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
# How the client finds out that the server is gone, in seconds.
_CLIENT = {"connect_timeout": 10, "keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 3}

# SQLSTATE, or its first two signs for a whole class -> what to do.
_ADVICE = {
    "55P03": "another process held the database: nothing was saved, run it again; if it stays, one hangs",
    "57014": "one statement took too long: nothing was saved, run it again when the machine is less busy",
    "53100": "the disk is full: nothing was saved, make room and run it again",
    "40": "two transactions were in each other's way: nothing was saved, run it again",
}
_LOST = "no connection: run it again once the database answers; what was saved is not saved twice"
_SQLITE_ADVICE = {
    "database is locked": _ADVICE["55P03"],
    "database or disk is full": _ADVICE["53100"],
}


def make_engine(url: str) -> Engine:
    """Make the engine for an address: `sqlite:///…`, `postgresql://…` or `postgresql+psycopg://…`.

    Nothing is connected yet. Raises UserFault for an address of neither, or without the driver it needs.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UserFault(f"$CAIBIAN_DATABASE_URL is no database address, such as {_EXAMPLES}") from error
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return _make_sqlite(parsed)
    if parsed.drivername in ("postgresql", "postgresql+psycopg"):
        return _make_postgres(parsed.set(drivername="postgresql+psycopg"))
    raise UserFault(f"{parsed.drivername!r} is no database that caibian knows: {_EXAMPLES}")


@contextmanager
def name_faults(place: str) -> Iterator[None]:
    """Turn what the driver raises when the database is locked, lost or full into StoreError, with advice."""
    try:
        yield
    except DBAPIError as error:
        if not (isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated):
            raise
        words = " ".join(str(error.orig).split())
        raise StoreError(f"{place}: {words} ({_advise(error)})") from error


def _advise(error: DBAPIError) -> str:
    if isinstance(error.orig, sqlite3.Error):
        return _SQLITE_ADVICE.get(str(error.orig), "nothing was saved")
    state = getattr(error.orig, "sqlstate", None) or ""
    if error.connection_invalidated or not state or (state[:2] in ("08", "57") and state != "57014"):
        return _LOST
    return _ADVICE.get(state) or _ADVICE.get(state[:2]) or "nothing was saved"


def _make_sqlite(url: URL) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    wait = {} if "timeout" in url.query else {"timeout": _LOCK_WAIT}
    engine = create_engine(url, module=sqlite3, connect_args={"check_same_thread": False, **wait})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", lambda connection: begin(connection, _tell_mode(connection)))
    wait_patiently(engine)
    return engine


def _prepare_sqlite(raw: sqlite3.Connection, record: Any) -> None:
    raw.isolation_level = None  # transactions are ours: the driver's own BEGIN is deferred and loses updates
    wal = sqlite3.sqlite_version_info >= WAL_SAFE
    set_journal(raw, "wal" if wal else "truncate")
    for pragma in (
        "synchronous=FULL",
        # A transaction whose pages no longer fit shuts readers out from there on, not at its end alone: so
        # 32 MB of its own fit, and no more, since memory is bounded too.
        "cache_spill=8000",  # no multiple of 256: SQLite takes that for OFF
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        raw.execute(f"PRAGMA {pragma}").close()


def _make_postgres(url: URL) -> Engine:
    asked = url.query.get("options", "")
    options = [f"-c {name}={value}" for name, value in _SESSION.items()]
    options += [asked] if isinstance(asked, str) else asked
    settings: dict[str, object] = {name: value for name, value in _CLIENT.items() if name not in url.query}
    settings |= {"application_name": "caibian", "client_encoding": "utf8", "options": " ".join(options)}
    try:
        engine = create_engine(url, connect_args=settings, pool_pre_ping=True)
    except ImportError as error:
        raise UserFault(f"PostgreSQL needs its driver: pip install 'caibian[postgres]' ({error})") from error
    event.listen(engine, "connect", _prepare_postgres)
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _prepare_postgres(raw: Any, record: Any) -> None:
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raw.close()
        raise UserFault(
            f"the database is in {encoding}: make it anew with ENCODING 'UTF8' TEMPLATE template0"
        )


def _begin_postgres(connection: Connection) -> None:
    mode = _tell_mode(connection)
    if mode == "read":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    elif mode != "note":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CHAIN_LOCK})")


def _tell_mode(connection: Connection) -> str | None:
    """Say what a transaction is for: "read", "write", or "note"; None where nobody said it."""
    mode: str | None = connection.get_execution_options().get("caibian_mode")
    return mode
