"""Lists that come as JSON or JSONP: rows by the paths that ops gave, else by their shape."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from reading.address import join
from reading.json_shape import (
    Rows,
    Scalar,
    find_lists,
    find_member,
    find_members,
    flatten,
    has_empty_list,
    read_day,
    walk,
)
from reading.page import JsonPaths, ListPage, Page, Row
from reading.rows_scan import squeeze

MAX_ROWS = 5000
_CALL = re.compile(
    r"(?:/\*.{0,200}?\*/\s*)?(?:try\s*\{\s*)?(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]{0,80}\s*[(=]\s*(?=[\[{])",
    re.S,
)
_TAIL = re.compile(r"[\s;)]*(?:\}\s*catch\s*\(\w*\)\s*\{[^{}]{0,200}\}[\s;]*)?")
_TAGS = re.compile(r"<[^<>]*>")
_FIELD = re.compile(r"\{([^{}]+)\}")
_MARKUP_LINK = re.compile(r"<a\s[^>]{0,300}?href", re.I)
_TOTALS = frozenset(
    (
        *("total", "totalcount", "totalnum", "totalrows", "totalrecords", "totalrecord", "totalelements"),
        *(
            "totalsize",
            "totalrow",
            "recordcount",
            "recordscount",
            "rowcount",
            "rowscount",
            "numfound",
            "allcount",
            "postcount",
        ),
    )
)
# These may as well count the rows of this page.
_COUNTS = frozenset(("count", "datacount", "itemcount", "records"))
_PAGES = frozenset(("pages", "totalpages", "totalpage", "pagecount", "pagetotal", "maxpage", "pagescount"))
_SIZES = frozenset(("pagesize", "perpage", "limit", "pagerows", "pagelength"))
_NEXT = frozenset(("next", "nexturl", "nextpage", "nextlink", "nextpageurl"))


def read_tree(text: str) -> Any:
    """Read a text as JSON, or as a script that hands JSON to a function or a name (JSONP); else None."""
    plain = text.lstrip("\ufeff \t\r\n")
    called = None if plain[:1] in ("{", "[", '"') else _CALL.match(plain)
    plain = plain[called.end() :] if called else plain
    if plain[:1] not in ("{", "[", '"'):
        return None
    decoder = json.JSONDecoder(strict=False)
    try:
        tree, end = decoder.raw_decode(plain)
        if not _TAIL.fullmatch(plain, end):
            return None
        # JSON written into JSON
        tree = decoder.raw_decode(tree.lstrip())[0] if isinstance(tree, str) else tree
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict | list) else None


def read_json(page: Page, tree: Any, paths: JsonPaths) -> ListPage:
    """Read the rows of a JSON answer; the address of the following page only where the answer names it.

    Without paths the rows are the list of objects that have a title-like, a link-like and a date-like member.
    """
    listed = _find_rows(tree, paths)
    if listed is None:
        return ListPage(page.url, status=_explain(tree, paths), family="json")
    rows = tuple(_read_rows(page.url, listed, paths))
    around = list(_look_around(tree, listed.place))
    total = _number(tree, paths.total) if paths.total else _find_total(around, len(rows))
    if not rows:
        return ListPage(page.url, status="no_rows", promised=total, family="json")
    cut = f"only the first {MAX_ROWS} rows of one page are read" if len(rows) > MAX_ROWS else None
    rows, pages = rows[:MAX_ROWS], _find_number(around, _PAGES) or _count_pages(around, len(rows), total)
    promised = total if total and total >= len(rows) else None
    return ListPage(page.url, rows, "ok", _find_next(around, page.url), promised, pages, "json", cut=cut)


def find_markup(tree: Any) -> str | None:
    """Find the text of a tree that is markup with links: some systems send their list as HTML inside JSON."""
    found = (value for _, value in walk(tree, (dict, list, str)) if isinstance(value, str))
    texts = ((len(_MARKUP_LINK.findall(value)), value) for value in found)
    count, best = max(texts, key=lambda one: one[0], default=(0, ""))
    return best if count else None


def follow(tree: Any, path: str) -> Any:
    """Follow a path of names and numbers joined with dots; None where it leads nowhere."""
    for step in path.split("."):
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return None
    return tree


def _find_rows(tree: Any, paths: JsonPaths) -> Rows | None:
    """The rows by their path (a mapping of objects counts too), else the list most like rows."""
    if paths.rows is not None:
        found = follow(tree, paths.rows)
        found = list(found.values()) if isinstance(found, dict) else found
        objects = (
            tuple(flatten(one) for one in found if isinstance(one, dict)) if isinstance(found, list) else ()
        )
        return Rows(tuple(paths.rows.split(".")), objects) if objects else None
    lists = find_lists(tree)
    if paths.title and paths.link:
        return max(lists, key=lambda one: sum(paths.title in row for row in one.objects), default=None)
    weighed = [(_weigh(one), one) for one in lists]
    weight, best = max(weighed, key=lambda one: one[0], default=(0.0, None))
    return best if weight > 0 else None


def _weigh(listed: Rows) -> float:
    found = find_members(listed.objects)
    return (1 + found[1]) * min(len(listed.objects), 40) if found else 0.0


def _read_rows(base: str, listed: Rows, paths: JsonPaths) -> Iterator[Row]:
    named = {
        part: getattr(paths, part) or find_member(listed.objects, part) for part in ("title", "link", "date")
    }
    if named["title"] is None or named["link"] is None:
        return
    for one in listed.objects:
        address = join(base, _read_link(one, named["link"]))
        title = _read_title(one.get(named["title"]))
        if address and title and address.startswith(("http:", "https:")):
            yield Row(title, address, read_day(one.get(named["date"])) if named["date"] else None)


def _read_link(one: Mapping[str, Scalar], member: str) -> str | None:
    """The address of a row: a member, or a frame that members are written into."""
    if "{" not in member:
        value = one.get(member)
        return str(value).strip() if value is not None else None
    names = _FIELD.findall(member)
    if any(one.get(name) in (None, "") for name in names):
        return None
    return _FIELD.sub(lambda found: quote(str(one[found[1]]), safe="/:?&=%._-~,"), member)


def _read_title(value: Scalar) -> str:
    text = str(value) if value is not None else ""
    return squeeze(html.unescape(_TAGS.sub("", text)))


def _look_around(tree: Any, place: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    """The objects around a list, the nearest first, each with the plain objects beside the list."""
    above: list[Any] = [tree]
    for step in place:
        inner = above[-1]
        if isinstance(inner, list):
            above.append(inner[0] if step == "*" and inner else follow(inner, step))
        elif isinstance(inner, dict):
            above.append(inner.get(step))
    for one in reversed(above):
        if isinstance(one, dict):
            yield one
            yield from (inner for inner in one.values() if isinstance(inner, dict))


def _find_total(around: list[Mapping[str, Any]], rows: int) -> int | None:
    total = _find_number(around, _TOTALS)
    if total is None and (count := _find_number(around, _COUNTS)) and count > rows:
        return count
    return total


def _count_pages(around: list[Mapping[str, Any]], rows: int, total: int | None) -> int | None:
    """The number of pages, where the answer tells the rows of one, and these rows can be such a page."""
    size = _find_number(around, _SIZES)
    if not size or not total or not (rows == size or (rows < size and (total - rows) % size == 0)):
        return None
    return -(-total // size)


def _find_number(around: list[Mapping[str, Any]], names: frozenset[str]) -> int | None:
    for one in around:
        for name, value in one.items():
            if _plain(name) in names and (number := _whole(value)) is not None:
                return number
    return None


def _find_next(around: list[Mapping[str, Any]], url: str) -> str | None:
    """The next page where the answer itself has its address."""
    for one in around:
        for name, value in one.items():
            if _plain(name) in _NEXT and isinstance(value, str) and re.search(r"[/?]", value):
                return join(url, value)
    return None


def _number(tree: Any, path: str) -> int | None:
    return _whole(follow(tree, path))


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{1,8}", value.strip()):
        return int(value)
    return value if isinstance(value, int) and 0 <= value < 100_000_000 else None


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _explain(tree: Any, paths: JsonPaths) -> str:
    """Why there are no rows: the list is there and empty, the answer refuses, or nothing is like rows."""
    if paths.rows is not None and follow(tree, paths.rows) in ([], {}):
        return "empty"
    code = (
        next((_whole(tree.get(name)) for name in ("code", "status", "errcode") if name in tree), None)
        if (isinstance(tree, dict))
        else None
    )
    if code in (401, 403):
        return "login" if code == 401 else "blocked"
    if code is not None and 400 <= code < 600:
        return "error_page"
    return "empty" if has_empty_list(tree) and paths.rows is None and not find_lists(tree) else "no_rows"
