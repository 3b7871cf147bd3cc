"""The records of a release that is made beside the served one, kept apart until it is switched.

Tables of the same names stand in a room of their own: a file beside SQLite's, a schema of PostgreSQL. Who
asks the database of an `Aside` finds these first and all else where it is, so that a release is made with the
same queries; who asks what is served finds that untouched, and a publish that is killed leaves nothing there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    TableClause,
    column,
    delete,
    event,
    exists,
    func,
    literal,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import ProgrammingError

from errors import StoreError
from store.chunks import add_rows, cut_names
from store.database import Database
from store.engines import make_engine
from store.publishing import DOUBTED
from store.shown import FRAME, begin_anew
from store.tables import filings, marks, pages, publications, shown, shown_files, touched

logger = logging.getLogger(__name__)
ROOM = "caibian_aside"  # PostgreSQL's schema; the file of SQLite is called so, too
_SERVED = "served"  # what a connection to SQLite's room calls the database itself
_SIGNS = table("signs", column("id"))  # those of the served room that are copied, by their id there
_RECORDS = (pages, shown, shown_files, filings)  # what takes the place of the served release's in the end


@dataclass(frozen=True)
class Aside:
    """The records beside the served ones, which its `database` finds first; `served` is the others' room."""

    database: Database
    served: str


@contextmanager
def lay_aside(database: Database) -> Iterator[Aside]:
    """Make a room for the time of a block; there, all that may stand or has stood bears a sign of a change.

    Raises StoreError where it cannot be made.
    """
    drop_room(database)
    aside = _make_room(database)
    try:
        with aside.database.note() as connection:
            _copy_tables().create_all(connection, checkfirst=False)
            begin_anew(connection)
            take_fresh(connection, aside.served)
        yield aside
    finally:
        aside.database.close()
        forget_room(database)


def has_fresh(connection: Connection, served: str) -> bool:
    """Say whether somebody was touched since `take_fresh`."""
    return connection.execute(_list_fresh(served).limit(1)).first() is not None


def take_fresh(connection: Connection, served: str) -> frozenset[int]:
    """Put a sign here, too, on whoever was touched since the last time; give these items."""
    fresh = connection.execute(_list_fresh(served)).all()  # once: who comes meanwhile is seen the next time
    add_rows(connection, touched.insert(), ({"item": row.item} for row in fresh))
    add_rows(connection, _SIGNS.insert(), ({"id": row.id} for row in fresh))
    return frozenset(row.item for row in fresh)


def read_served_revisions(connection: Connection, served: str, items: Sequence[int]) -> dict[int, int]:
    """Give the revision that the served release shows of each of these items that it shows."""
    there, found = _name_there(shown, served), dict[int, int]()
    query = select(there.c.item, there.c.revision)
    for chunk in cut_names(items):
        rows = connection.execute(query.where(there.c.item.in_(chunk)))
        found |= {row.item: row.revision for row in rows}
    return found


def count_gone(connection: Connection, served: str) -> int:
    """Count the articles that are served and are not here."""
    there = _name_there(pages, served)
    # EXISTS: PostgreSQL would look through a long list of paths once for each of the others
    gone = there.c.path.like("/articles/%") & ~exists().where(pages.c.path == there.c.path)
    return int(connection.execute(select(func.count()).select_from(there).where(gone)).scalar_one())


def adopt(connection: Connection, served: str, release: int) -> None:
    """Put the records of a `release` of everything in the place of the served one's.

    What bears a sign here still, since it waits for a hold or was refused, bears it there.
    """
    first = publications.c.first_release.is_(None) & publications.c.item.in_(select(shown.c.item))
    connection.execute(update(publications).where(first).values(first_release=release))
    for one in _RECORDS:
        there = _name_there(one, served)
        connection.execute(delete(there))
        values = [literal(release) if field is pages.c.release else field for field in one.columns]
        connection.execute(there.insert().from_select([field.name for field in one.columns], select(*values)))
    there = _name_there(marks, served)
    connection.execute(delete(there).where(there.c.name.in_((FRAME, DOUBTED))))
    frame = select(marks.c.name, marks.c.value).where(marks.c.name == FRAME)
    connection.execute(there.insert().from_select(["name", "value"], frame))
    there = _name_there(touched, served)
    connection.execute(delete(there).where(there.c.id.in_(select(_SIGNS.c.id))))
    connection.execute(there.insert().from_select(["item"], select(touched.c.item).distinct()))


def _list_fresh(served: str) -> Select[Any]:
    there = _name_there(touched, served)
    return select(there.c.id, there.c.item).where(~exists().where(_SIGNS.c.id == there.c.id))


def _name_there(one: Table, served: str) -> TableClause:
    """Name a table of the served room, which the one of this room hides."""
    return table(one.name, *(column(field.name) for field in one.columns), schema=served)


def _copy_tables() -> MetaData:
    """Give the hidden tables without what binds them to others, since those are in another room."""
    copies = MetaData()
    Table("signs", copies, Column("id", Integer, primary_key=True))
    for one in (*_RECORDS, touched, marks):
        fields = [Column(f.name, f.type, primary_key=f.primary_key, nullable=f.nullable) for f in one.columns]
        copy = Table(one.name, copies, *fields)
        for index in one.indexes:
            Index(index.name, *(copy.c[field.name] for field in index.columns))
    return copies


def _make_room(database: Database) -> Aside:
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        engine = make_engine(url.set(database=str(_name_file(database))).render_as_string(False))
        event.listen(engine, "connect", partial(_attach, str(url.database)))
        return Aside(replace(database, engine=engine), _SERVED)
    with database.write() as connection:
        served = str(connection.execute(text("SELECT current_schema()")).scalar_one())
        try:
            connection.execute(text(f"CREATE SCHEMA {ROOM}"))
        except ProgrammingError as error:
            words = f"GRANT CREATE ON DATABASE {url.database} TO {url.username}"
            raise StoreError(f"the schema {ROOM} cannot be made ({error.orig}): {words}") from error
    asked = url.query.get("options", "")
    options = [asked] if isinstance(asked, str) else list(asked)
    path = url.update_query_dict({"options": " ".join([*options, f"-c search_path={ROOM},{served}"])})
    return Aside(replace(database, engine=make_engine(path.render_as_string(False))), served)


def _attach(file: str, raw: Any, record: Any) -> None:
    """Open the database itself beside its room, which holds nothing that must outlive the process."""
    raw.execute("PRAGMA main.synchronous=OFF").close()
    raw.execute(f"ATTACH ? AS {_SERVED}", (file,)).close()


def _name_file(database: Database) -> Path:
    return database.home / f"{ROOM}.sqlite"


def forget_room(database: Database) -> None:
    """Let go of a room that nobody needs any more; where somebody reads it, at the next occasion."""
    try:
        drop_room(database)
    except StoreError as error:  # who copies the database: nothing of a publish is lost by that
        logger.warning("%s stays until the next publish: %s", ROOM, error)


def drop_room(database: Database) -> None:
    """Let go of what a killed publish left; raises StoreError where somebody reads it."""
    if database.engine.dialect.name == "sqlite":
        for ending in ("", "-wal", "-shm", "-journal"):
            file = _name_file(database)
            file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)
    else:
        with database.note() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            connection.execute(text(f"DROP SCHEMA IF EXISTS {ROOM} CASCADE"))
