"""The log for auditors: who did what when, by person, action, item and day; as a page, CSV or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode

from flask import Response, request
from flask.typing import ResponseReturnValue

from clock import read_time
from errors import ChainError
from review.drawing import draw, go
from review.permissions import allow
from review.setting import setting
from review.visits import read_now, signed_in
from review.words import ACTIONS, MACHINES, STATES, name_why
from store.audit import Wanted, list_actions, list_actors, list_rows
from store.backup import list_backup_heads
from store.exporting import write_csv, write_lines
from store.foreign import keep_words
from store.log import Entry, append, list_heads, verify_chain

AUDIT = ("auditor", "chief", "administrator")
_FILTERS = ("actor", "action", "item", "since", "until")
_PAGE = 100
_MORE = {
    "login": "登录",
    "logout": "退出",
    "login-refused": "登录被拒",
    "user-add": "建账号",
    "password": "本人改口令",
    "user-passwd": "重设口令",
    "user-grant": "给角色",
    "user-revoke": "收回角色",
    "user-disable": "停用账号",
    "export": "导出记录",
    "restore": "恢复备份",
    "publish": "发布",
    "redirect": "旧地址转到新地址",
    "upgrade": "升级数据库",
    "tidy": "清理旧网页",
}


@allow(*AUDIT)
def log() -> ResponseReturnValue:
    """Show the log, the newest first, a hundred rows a page."""
    here, wanted = setting(), _read_wanted()
    before = request.args.get("before", "")
    with here.database.read() as connection:
        rows = list_rows(connection, wanted, _PAGE + 1, int(before) if _is_number(before) else None)
        actors, actions = list_actors(connection), list_actions(connection)
    more = rows[_PAGE - 1]["seq"] if len(rows) > _PAGE else None
    return draw(
        "log.html",
        rows=[{**row, "at": read_time(row["at"])} for row in rows[:_PAGE]],
        actors=actors,
        actions=actions,
        words={**_MORE, **ACTIONS},
        name_why=name_why,
        machines=MACHINES,
        states=STATES,
        name_column=here.name_column,
        asked={name: request.args.get(name, "") for name in _FILTERS},
        query=_write_query(),
        older=f"/log?{_write_query(before=more)}" if more is not None else None,
    )


@allow(*AUDIT)
def export_log() -> ResponseReturnValue:
    """Give every wanted row as CSV or JSON lines, the oldest first; that it was exported is a row itself."""
    here, wanted, now = setting(), _read_wanted(), read_now()
    kind = "json" if request.form.get("as") == "json" else "csv"
    with here.database.write() as connection:
        entry = Entry(
            signed_in().actor.id, "desk", "export", reason=f"{kind}: {_write_query() or '全部'}"[:300]
        )
        append(connection, entry, now)

    def stream() -> Iterator[str]:
        with here.database.read() as connection:
            yield from (write_lines if kind == "json" else write_csv)(connection, wanted)

    body = "".join(stream()).encode("utf-8" if kind == "json" else "utf-8-sig")
    response = Response(body, mimetype="application/x-ndjson" if kind == "json" else "text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="log.{kind}"'
    return response


@allow(*AUDIT)
def verify_log() -> ResponseReturnValue:
    """Check the chain of the whole log, and tell the first row that is not as it was written."""
    with setting().database.read() as connection:
        heads = [*list_heads(connection), *list_backup_heads(connection)]
        try:
            count = verify_chain(connection, heads)
            told = f"记录完整：{count} 行，每一行都接着上一行，和发布、备份时记下的一致。"
        except ChainError as error:
            told = f"记录被动过：{error}。请立即报告运维和审计。"
    return go("/log", told)


def _read_wanted() -> Wanted:
    """Read the filters of the address; what cannot be is left out."""
    given = request.args
    item = given.get("item", "").partition("@")[0]
    return Wanted(
        actor=keep_words(given.get("actor", "")) or None,
        action=keep_words(given.get("action", "")) or None,
        item=int(item) if _is_number(item) else None,
        since=_read_day(given.get("since", "")),
        until=_read_day(given.get("until", "")),
    )


def _write_query(**more: object) -> str:
    given = {name: request.args[name] for name in _FILTERS if request.args.get(name)}
    return urlencode({**given, **more})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
