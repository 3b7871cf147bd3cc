"""Editing the fields of an item: a new revision, screened again, for another person to approve."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from clock import tell_day
from errors import Stale, UserFault
from pipelines.allowing import allow_found
from pipelines.documents import DocumentReader
from pipelines.normalize import clean_html, clean_line
from pipelines.screening import list_own, read_words, screen_form
from review.deciding import explain_stale
from review.drawing import go
from review.permissions import DECIDE, allow
from review.requests import read_one
from review.setting import setting
from review.visits import read_now, signed_in
from store.desk import check_seen
from store.editing import EDITABLE, Draft, cover_draft, draft_edit, save_edit


@allow(*DECIDE)
def edit_item(item: int, number: int) -> ResponseReturnValue:
    """Save what a person set in the form of a revision; the machine's values stay beside it."""
    changes = {
        name: clean_html(request.form[name]) if name == "html" else clean_line(request.form[name])
        for name in EDITABLE
        if name in request.form
    }
    return save_changes(item, number, changes, "请另一位编辑审；机器读出的值留在旁边。")


def save_changes(
    item: int, number: int, changes: Mapping[str, str | None], told: str, cause: str = "edit"
) -> ResponseReturnValue:
    """Save changes of a revision's fields as the next one, screened again, and lead there."""
    today = tell_day(read_now())
    return save_draft(
        item, number, lambda connection: draft_edit(connection, item, number, changes, today), told, cause
    )


def save_draft(
    item: int,
    number: int,
    make: Callable[[Connection], Draft | None],
    told: str,
    cause: str = "edit",
    keep: Callable[[Connection], None] | None = None,
) -> ResponseReturnValue:
    """Save what `make` drafts as the next revision, screened again, and lead there.

    `keep` writes what the revision names, in the same transaction.
    """
    here, session, now = setting(), signed_in(), read_now()
    seen = read_one(item, number)
    back = f"/items/{item}@{number}"
    try:
        with here.database.read() as connection:
            one = check_seen(connection, item, number, seen.version, session.actor, now)
            draft = make(connection)
        if draft is None:
            return go(back, "没有改动。")
        with DocumentReader() as reader:
            own = list_own(here.sources.agency(one.agency) if one.agency else None, here.portal)
            words = read_words(draft.form["html"])
            checked = screen_form(draft.form, words, here.home, reader, now, here.portal, own)
        draft = cover_draft(draft, checked.form)
        with here.database.write() as connection:
            check_seen(connection, item, number, seen.version, session.actor, now)
            if keep is not None:
                keep(connection)
            found, screened = allow_found(connection, checked.found), (checked.version, now)
            fresh = save_edit(
                connection, item, draft, found, checked.doubts, session.actor, "desk", now, cause, screened
            )
    except Stale:
        with here.database.read() as connection:
            why = explain_stale(connection, seen, session, now)
        return go(back, f"没有保存：{why}。")
    except UserFault as error:
        return go(back, f"没有保存：{error}。")
    return go(f"/items/{item}@{fresh}", f"已存为第 {fresh} 版。{told}")
