"""Looking for anything stored: by words, number, agency, column, date and state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from publish.fields import clean, see_date
from review.drawing import draw
from review.permissions import LOOK, allow
from review.setting import Setting, setting
from review.visits import signed_in
from review.words import STATES, name_title
from store.desk import Standing, read_standing
from store.faces import Face
from store.search import Question, catch_up, count_missing, search

SHOWN = 50
_FRESH = 20  # revisions that came just now and are taken in before looking
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CHOICES = ("waiting", "second", "held", "approved", "rejected", "returned", "withdrawn", "superseded")


@dataclass(frozen=True)
class Hit:
    """One row of what was found."""

    which: str
    title: str
    agency: str
    column: str
    date: str
    state: str
    number: str


@allow(*LOOK)
def search_all() -> ResponseReturnValue:
    """Show what fits, the newest first, page by page; without any wish, the newest of all."""
    here, session = setting(), signed_in()
    asked = _read_question(here, session.actor.columns)
    missing = count_missing(here.database)
    if (
        0 < missing <= _FRESH
    ):  # more comes from a crawl: the desk's own thread takes that in, and the page says so
        missing = catch_up(here.database, _FRESH)
    with here.database.read() as connection:
        answer = search(here.database, connection, asked, SHOWN)
        hits = _see(connection, here, answer.revisions)
    return draw(
        "search.html",
        asked=asked,
        hits=hits,
        missing=missing,
        narrowed=any((asked.agency, asked.column, asked.state, asked.since, asked.until)),
        further=_link(answer.revisions[-1]) if answer.more else None,
        states=[(key, STATES[key]) for key in _CHOICES],
        columns=here.picks,
        agencies=[(one.key, here.name_agency(one.key)) for one in here.sources.agencies],
    )


def _read_question(here: Setting, columns: frozenset[str] | None) -> Question:
    """What nobody can mean, such as a state that does not exist, is as if it was not asked for."""
    asked = request.args
    days = {name: asked.get(name, "") for name in ("since", "until")}
    since, until = (day if _DAY.fullmatch(day) else None for day in days.values())
    agency, column, state = (asked.get(name, "") for name in ("agency", "column", "state"))
    return Question(
        words=asked.get("q", "").strip()[:100],
        agency=agency if any(agency == one.key for one in here.sources.agencies) else None,
        column=column if column in here.desk.columns else None,
        state=state if state in _CHOICES else None,
        since=since,
        until=until,
        before=asked.get("before", type=int),
        columns=columns,
    )


def _link(before: int) -> str:
    """The next page: the same question, from the last revision of this one on."""
    kept = {name: value for name, value in request.args.items() if value and name != "before"}
    return f"/search?{urlencode({**kept, 'before': before})}"


def _see(connection: Connection, here: Setting, wanted: tuple[int, ...]) -> list[Hit]:
    standing, faces = read_standing(connection, wanted), here.faces.read(connection, wanted)
    return [_see_one(standing[name], faces[name], here) for name in wanted]


def _see_one(one: Standing, face: Face, here: Setting) -> Hit:
    return Hit(
        which=one.which,
        title=name_title(face.title),
        agency=here.name_agency(one.agency) or clean(face.credit),
        column=here.name_column(one.column),
        date=see_date(face.published) or "没有日期",
        state=STATES[one.state],
        number=clean(face.doc_number),
    )
