"""The command that fetches one page for a person: take (人工采集)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clock import read_clock
from commands.setting import AS_USER, example, find_paths, load_files, open_store
from errors import NotAllowed, ReadingError, StoreError, UserFault

if TYPE_CHECKING:
    from pipelines.messages import Message
    from portal import Portal
    from sources import Source, Sources
    from spiders.taking import Taken
    from store.database import Database


@click.command()
@click.argument("url")
@AS_USER
@example("caibian take https://www.example.gov.cn/a.html --as liu")
def take(url: str, user: str) -> None:
    """Fetch one page by hand (人工采集), read it, and put it into the queue."""
    from reading.address import canonical
    from spiders.taking import choose_source
    from store.accounts import find_actor
    from store.moves import EDITORS
    from store.taking import find_taken

    paths = find_paths()
    sources, portal = load_files(paths)
    try:
        address = canonical(url)
    except ReadingError as error:
        raise UserFault(f"{url}: is no address of a page, expected http://… or https://…") from error
    with open_store(paths) as database:
        with database.read() as connection:
            actor = find_actor(connection, user)
            known = find_taken(connection, address)
        if not actor.roles & EDITORS:
            raise NotAllowed(f"{user} is no editor: taking a page needs the role editor or chief")
        if known is not None and known.item is not None:
            return click.echo(f"it is here already: {known.which} is {known.state}")
        source = choose_source(sources, address)
        taken = _fetch(database, address, source, sources, portal)
        click.echo(_save(database, address, source, taken, sources, portal, user))
    return None


def _fetch(
    database: Database, address: str, source: Source | None, sources: Sources, portal: Portal
) -> Taken:
    """Fetch and read the page; what went wrong is kept with its address, and raised as UserFault."""
    from pipelines.messages import PageFailed
    from reading.page import Hints
    from spiders.faults import Fault
    from spiders.hints import make_hints
    from spiders.taking import take_article

    name = sources.agency(source.agency).site_name if source is not None else None
    hints = make_hints(source, name) if source is not None else Hints()
    networks = tuple(one.network for one in sources.allow_networks)
    taken = take_article(address, networks, portal.identity.crawler_contact, hints)
    if isinstance(taken, Fault):
        reason = f"{taken.kind}: {taken.words}"
        failed = PageFailed(source.id if source is not None else "", address, reason, read_clock())
        _take_in(database, sources, portal, failed)
        raise UserFault(f"{address}: {reason}")
    return taken


def _save(
    database: Database,
    address: str,
    source: Source | None,
    taken: Taken,
    sources: Sources,
    portal: Portal,
    user: str,
) -> str:
    """Save what was read as the crawl would, with a row of the log about who named it; tell how it stands."""
    from pipelines.messages import PageRead
    from store.taking import find_taken, note_taken

    now, answer = read_clock(), taken.answer
    page = PageRead(
        source=source.id if source is not None else "",
        address=address,
        url=answer.url,
        raw=answer.raw,
        reading=taken.reading,
        at=now,
        status=answer.status,
        content_type=answer.content_type,
        etag=answer.etag,
        modified=answer.modified,
        files=taken.files,
    )
    _take_in(database, sources, portal, page)
    with database.write() as connection:
        known = find_taken(connection, address)
        if known is None or known.item is None:
            raise StoreError(f"{address}: was read and is no item")
        note_taken(connection, known, user, source is not None, now)
    return f"{known.which} is {known.state}"


def _take_in(database: Database, sources: Sources, portal: Portal, message: Message) -> None:
    from pipelines.intake import Intake

    with Intake(database, sources, portal) as intake:
        intake.take([message])
