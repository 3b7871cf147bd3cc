"""Where a list goes on, and how many rows or pages it says it has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from reading.address import join
from reading.families.known import read_pager
from reading.page import Form, Row
from reading.pagers import POSTBACK, Call, find_calls, find_frame, write_turn
from reading.rows_scan import Link, Scan

_NEXT = re.compile(r"(?:下一?页|后一?页|下翻|next(?:\s*page)?|下一页)\s*[>»›]*|[>»›]", re.I)
_NEXT_CLASS = re.compile(r"(?:^|[\s_-])next(?:$|[\s_-])|btn-next|nextpage", re.I)
_OFF = re.compile(r"disable|unclick|noclick|none", re.I)
_PAGER = re.compile(r"pag|fenye|fanye|fany|p_n(?:ext|o)", re.I)
_NOW = re.compile(
    r"(?:^|[\s_-])(?:on|cur|curr|current|active|this|sel|selected|now|hover|thispage)(?:$|[\s_-])|current|active",
    re.I,
)
_ROWS_SAID = (
    re.compile(r"(?:共|总计|总共|合计|计)(?:有|找到|检索到|约)?[:：]?(\d{1,7})(?:条|项|篇|则|个结果|个记录)"),
    re.compile(r"(?:总记录数?|记录总?数|总条数|总数|信息总数|数据总数)(?:为|是|共)?[:：]?(\d{1,7})(?!页)"),
    re.compile(r"(?<![\d/-])(\d{1,7})条(?:记录|信息|数据|结果)"),
)
_PAGES_SAID = (
    re.compile(r"(?:共|总计|总共)(\d{1,5})页"),
    re.compile(r"(?:总页数|页数)[:：]?(\d{1,5})"),
    re.compile(r"(?:第|页次|当前|页码)[:：]?\d{1,5}页?[/／](?:共)?(\d{1,5})页?"),
    re.compile(r"(?<![\d/-])\d{1,5}[/／](\d{1,5})页"),
)
_ROWS_SCRIPT = re.compile(
    r"""(?:totalRecords?|totalCount|recordCount|total_?rows?|total_?num)["']?\s*[:=]\s*["']?(\d{1,7})\b""",
    re.I,
)
_PAGES_SCRIPT = re.compile(
    r"""(?:countPage|totalPages?|pageCount|total_?page|pages?_?total|maxPage)["']?\s*[:=]\s*["']?(\d{1,5})\b""",
    re.I,
)
# An option of a list's pages: 2, 第2页, 2/9.
_OPTION = re.compile(r"\s*(?:第\s*)?(\d{1,5})\s*(?:页|[/／]\s*\d{1,5}\s*页?)?\s*")
_LEADS = re.compile(r"[./?]")


@dataclass(frozen=True)
class Turn:
    """The next page's absolute address, and the numbers of rows and of pages that the list states.

    `form` is what is sent to the next page by POST; `cut` says why a next page that is there has no address.
    """

    next: str | None = None
    promised: int | None = None
    pages: int | None = None
    cut: str | None = None
    form: Form | None = None


def read_turn(scan: Scan, scripts: str, url: str, rows: Sequence[Row]) -> Turn:
    """Read the pager of an HTML list: its family's script, its next link, its numbers."""
    scripts = scripts.replace('\\"', '"').replace("\\'", "'")
    own = read_pager(scripts, url)
    words = _pager_words(scan)
    pages = own.pages if own else _first(_PAGES_SAID, words) or _first((_PAGES_SCRIPT,), scripts)
    link = (own.next if own else None) or _find_link(scan, url) or _find_option(scan, url)
    turn = _turn(scan, scripts, url, pages) if link is None and own is None else Turn(link)
    link = turn.next
    said = [own.rows] if own and own.rows else []
    said += [int(number) for form in _ROWS_SAID for number in form.findall(words)]
    said += [int(number) for number in _ROWS_SCRIPT.findall(scripts)]
    promised = next((number for number in said if _is_likely(number, len(rows), pages, link)), None)
    return Turn(link, promised, pages or None, turn.cut, turn.form)


def find_selected(scan: Scan, selected: Sequence[int], url: str) -> str | None:
    """The next page by ops' own selector: the first link at, in or around what it names."""
    for node in selected:
        near = {node, *scan.above(node), *range(node, scan.end[node])}
        for link in scan.all_links:
            if link.node in near and _is_other(link.url, url):
                return link.url
    return None


def _is_likely(number: int, rows: int, pages: int | None, link: str | None) -> bool:
    """A count of rows covers the rows that are there, and more than these where there are more pages."""
    if number < rows or number == 0:
        return False
    if pages and pages > 1:
        return number > rows and number >= pages
    return number > rows or link is None


def _first(forms: Sequence[re.Pattern[str]], text: str) -> int | None:
    for form in forms:
        if found := form.search(text):
            return int(found[1])
    return None


def _pager_words(scan: Scan) -> str:
    """The short runs of text, without blanks, one after the other: 共 <b>125</b> 条 reads 共125条."""
    words = ""
    parts = []
    for chunk in scan.chunks:
        if len(chunk.text) > 60:
            continue
        # Two numbers side by side stay two numbers.
        parts.append("|" if words[-1:].isdigit() and chunk.text[:1].isdigit() else "")
        words = "".join(chunk.text.split())
        parts.append(words)
    return "".join(parts)


def _find_link(scan: Scan, url: str) -> str | None:
    """The link that says 下一页, else the number after the current one in a pager."""
    for i, node in enumerate(scan.nodes):
        if scan.tags[i] in ("a", "link") and (node.get("rel") or "").lower() == "next":
            address = join(url, node.get("href"))
            if address and _is_other(address, url):
                return address
    for link in scan.all_links:
        if len(link.words) <= 12 and _says_next(scan, link) and _is_other(link.url, url):
            return link.url
    return None


def _find_option(scan: Scan, url: str) -> str | None:
    """The page after this one in a `select` whose options are pages by their number and address."""
    for i, tag in enumerate(scan.tags):
        if tag != "select":
            continue
        options = [scan.nodes[n] for n in range(i, scan.end[i]) if scan.tags[n] == "option"]
        found = [(_OPTION.fullmatch(one.text or ""), one) for one in options]
        pages = {int(said[1]): one for said, one in found if said and _LEADS.search(one.get("value") or "")}
        if len(pages) < 2 or len(pages) < len(options):
            continue
        urls = {number: join(url, one.get("value")) for number, one in pages.items()}
        told = next((n for n, one in pages.items() if one.get("selected") is not None), min(pages))
        now = next((n for n, address in urls.items() if address == url), told)
        address = urls.get(now + 1)
        if address and _is_other(address, url):
            return address
    return None


def _turn(scan: Scan, scripts: str, url: str, pages: int | None) -> Turn:
    """The next page by the pager's numbers and its script's calls, or why it has no address."""
    calls = [call for call in find_calls(scan) if _turns(scan, call)]
    numbered = {int(link.text): link for link in scan.all_links if _is_number(link.text)}
    call = next((call for call in calls if _NEXT.fullmatch(call.text)), None)
    number = None
    if call is None or call.number is None:
        number = _find_current(scan, url, numbered, {int(c.text) for c in calls if _is_number(c.text)})
        follower = numbered.get(number + 1) if number is not None else None
        if follower is not None and _is_other(follower.url, url):
            return Turn(follower.url)
        call = next((c for c in calls if number is not None and c.number == number + 1), call)
    if call is None or pages == 1 or (pages and (call.number or (number or 0) + 1) > pages):
        return Turn()
    near = {n: link.url for n, link in numbered.items() if _in_pager(scan, link.node)}
    written = write_turn(scan, scripts, url, call, near)
    if written is None:
        way = "a form that its script sends" if call.name == POSTBACK else f"a script, {call.name}()"
        return Turn(cut=f"the list's next page comes by {way}")
    address, form = written
    reached = _is_same_host(address, url) if form is not None else _is_other(address, url)
    return Turn(address, form=form) if reached else Turn()


def _turns(scan: Scan, call: Call) -> bool:
    """A call that is a number or says 下一页, in a pager, and is not switched off."""
    node = scan.nodes[call.node]
    off = _OFF.search(f"{node.get('class') or ''} {node.get('id') or ''}") or node.get("disabled") is not None
    said = _NEXT.fullmatch(call.text)
    if off or not (said or _is_number(call.text)):
        return False
    return bool(said and len(said[0]) > 1) or _in_pager(scan, call.node)


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 5


def _says_next(scan: Scan, link: Link) -> bool:
    node = scan.nodes[link.node]
    names = f"{node.get('class') or ''} {node.get('id') or ''}"
    if _OFF.search(names):
        return False
    words = _NEXT.fullmatch(link.text) or (not link.text and _NEXT.fullmatch(link.title or link.alt))
    if words and len(words[0]) > 1:
        return True
    turning = bool(words) or bool(_NEXT_CLASS.search(names))
    return turning and _in_pager(scan, link.node)


def _in_pager(scan: Scan, node: int) -> bool:
    for one, _ in zip((node, *scan.above(node)), range(4), strict=False):
        if _PAGER.search(f"{scan.nodes[one].get('class') or ''} {scan.nodes[one].get('id') or ''}"):
            return True
    return False


def _find_current(scan: Scan, url: str, numbered: Mapping[int, Link], called: set[int]) -> int | None:
    """The number of this page: marked as current, or a link to itself, or no link among links."""
    inside = {number: link for number, link in numbered.items() if _in_pager(scan, link.node)}
    for number, link in inside.items():
        above = scan.nodes[scan.parent[link.node]]
        names = f"{scan.nodes[link.node].get('class') or ''} {above.get('class') or ''}"
        if _NOW.search(names) or link.url == url:
            return number
    for chunk in scan.chunks:
        if not _is_number(chunk.text) or int(chunk.text) in numbered or not _in_pager(scan, chunk.owner):
            continue
        number = int(chunk.text)
        if number not in called and (number + 1 in inside or number + 1 in called):
            return number
    return _find_marked_call(scan, called) or (1 if _is_first(scan, inside, url) else None)


def _find_marked_call(scan: Scan, called: set[int]) -> int | None:
    """The number of this page, where it calls the script too and is marked as current."""
    for chunk in scan.chunks:
        if _is_number(chunk.text) and int(chunk.text) in called and _in_pager(scan, chunk.owner):
            above = scan.nodes[scan.parent[chunk.owner]]
            names = f"{scan.nodes[chunk.owner].get('class') or ''} {above.get('class') or ''}"
            if _NOW.search(names):
                return int(chunk.text)
    return None


def _is_first(scan: Scan, inside: Mapping[int, Link], url: str) -> bool:
    """A page without a number in its address, while all numbers of its pager are links, from 1 on."""
    frame = find_frame({number: link.url for number, link in inside.items()})
    if frame is None or 1 not in inside or 2 not in inside:
        return False
    numbered = re.fullmatch(re.escape(frame).replace("\0", r"\d+"), url)
    alone = any(
        _is_number(chunk.text) and int(chunk.text) not in inside and _in_pager(scan, chunk.owner)
        for chunk in scan.chunks
    )
    same = urlsplit(inside[2].url).path == urlsplit(url).path
    return same and not numbered and not alone


def _is_other(address: str, url: str) -> bool:
    """Another page of the same host."""
    one, two = urlsplit(address), urlsplit(url)
    return _is_same_host(address, url) and (one.path, one.query) != (two.path, two.query)


def _is_same_host(address: str, url: str) -> bool:
    return urlsplit(address).hostname == urlsplit(url).hostname
