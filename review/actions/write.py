"""Written here: a new item with attachments, and the pages that a column holds one of (概况)."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from clock import tell_day
from errors import UserFault
from pipelines.uploads import LARGEST, MOST
from pipelines.written import compose, submit_written
from review.drawing import draw, go
from review.permissions import DECIDE, LOOK, allow, sized
from review.requests import read_uploads
from review.setting import setting
from review.visits import read_now, signed_in
from review.words import STATES, name_field, name_title
from store.editing import check_value
from store.foreign import keep_words
from store.versions import list_placed

LINES = ("credit", "author", "doc_number", "index_number", "issuer", "issued", "topic", "summary")
_LONGEST = 200_000  # characters of a text
UPLOAD = 64 << 20  # bytes of one request with its files


@allow(*DECIDE)
def write() -> ResponseReturnValue:
    """Show the form for a new item, empty or for one column."""
    return _show({"column": request.args.get("column", "")}, None)


@sized(UPLOAD)
@allow(*DECIDE)
def write_item() -> ResponseReturnValue:
    """Put what somebody wrote into the queue, screened like any other; another person approves it."""
    here, session, now = setting(), signed_in(), read_now()
    given = {name: keep_words(request.form.get(name, "")) for name in ("title", "column", "text", *LINES)}
    try:
        if given["column"] and given["column"] not in here.desk.columns:
            raise UserFault("门户没有这个栏目")
        if len(given["text"]) > _LONGEST:
            raise UserFault("正文太长")
        fields = {name: check_value(name, given[name], tell_day(now)) for name in ("title", *LINES)}
        files = read_uploads()
        if not given["text"].strip() and not files:
            raise UserFault("正文和附件都是空的")
        written = compose(fields, given["column"] or None, given["text"], files, here.portal)
    except UserFault as error:
        return _show(given, f"没有保存：{error}。", 400)
    item = submit_written(here.database, written, here.portal, here.sources, session.actor, now, via="desk")
    return go(f"/items/{item}@1", "已进待审，请另一位编辑审。")


@allow(*LOOK)
def fixed_pages() -> ResponseReturnValue:
    """List the columns that hold one page, with what stands in each."""
    here = setting()
    columns = [column for column in here.portal.columns if column.fixed]
    with here.database.read() as connection:
        placed = list_placed(connection, [column.key for column in columns])
    rows = [
        {
            "column": column,
            "items": [
                (one, STATES[one.state], name_title(one.title)) for one in placed if one.column == column.key
            ],
        }
        for column in columns
    ]
    return draw("fixed.html", rows=rows)


def _show(given: dict[str, str], told: str | None, status: int = 200) -> ResponseReturnValue:
    here = setting()
    return draw(
        "write.html",
        status,
        given={name: given.get(name, "") for name in ("title", "column", "text", *LINES)},
        told=told,
        lines=[(name, name_field(name)) for name in LINES],
        columns=here.portal.columns,
        organizer=here.portal.identity.organizer,
        most=MOST,
        largest=LARGEST >> 20,
    )
