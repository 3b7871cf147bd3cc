"""Pagers that turn by a script (`toPage(2)`): the next page, where the page itself reveals its address.

Nothing is tried: an address comes from the own words of the script, from a form whose fields are all on the
page, or from at least two sibling links that differ in their number only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from lxml.etree import _Element

from reading.address import join
from reading.rows_scan import Scan, squeeze

POSTBACK = "__doPostBack"
_TURNING = frozenset(("a", "span", "li", "button", "input", "em", "i", "div", "td"))
_CALL = re.compile(
    r"^\s*(?:javascript:)?\s*(?:void\s*\(?\s*)?(?:return\s+)?([A-Za-z_$][\w$.]*)\s*\(([^()]{0,200})\)", re.I
)
_NUMBER = re.compile(r"(?:Page\$)?(\d{1,6})")
_LOCATION = re.compile(r"(?:\blocation(?:\.href)?\s*(?:=|\.replace\s*\(|\.assign\s*\()|\bopen\s*\()\s*")
_LITERAL = re.compile(r"\"([^\"\n]{0,300})\"|'([^'\n]{0,300})'|`([^`\n]{0,300})`")
_FILLED = re.compile(
    r"""(?:\.|\[["'])([\w-]+)(?:["']\])?\.value\s*=\s*([A-Za-z_$][\w$]*)|"""
    r"""\$\(\s*["'](?:#|[\w]*\[name=["']?)([\w-]+)["'\]]*\s*\)\.val\(\s*([A-Za-z_$][\w$]*)\s*\)|"""
    r"""getElementById\(\s*["']([\w-]+)["']\s*\)\.value\s*=\s*([A-Za-z_$][\w$]*)"""
)
_BODY = 1500


@dataclass(frozen=True)
class Call:
    """An element that calls a function of the page with a page's number (None: with none)."""

    node: int
    text: str
    name: str
    number: int | None


def find_calls(scan: Scan) -> list[Call]:
    """Find the short elements that call a function when they are clicked, and lead nowhere otherwise."""
    return [call for i in range(len(scan.nodes)) if (call := _read_call(scan, i)) is not None]


def _read_call(scan: Scan, node: int) -> Call | None:
    if scan.tags[node] not in _TURNING:
        return None
    element = scan.nodes[node]
    href = element.get("href") or ""
    asked = href if href.lower().startswith("javascript:") else ""
    found = next((m for said in (element.get("onclick"), asked) if said and (m := _CALL.match(said))), None)
    if found is None:
        return None
    text = squeeze("".join(map(str, element.itertext()))) or squeeze(
        element.get("value") or element.get("title")
    )
    numbers = [m[1] for part in found[2].split(",") if (m := _NUMBER.fullmatch(part.strip(" \t'\"")))]
    return Call(node, text[:20], found[1], int(numbers[-1]) if numbers else None)


def write_address(scan: Scan, scripts: str, url: str, call: Call, numbered: Mapping[int, str]) -> str | None:
    """Write the address that a call turns to; `numbered` are the addresses of the pager's own numbers."""
    if call.number is None:
        return None
    if call.number in numbered:
        return numbered[call.number]
    function = _find_function(scripts, call.name)
    if function is not None:
        parameter, body = function
        address = _read_location(body, parameter, call.number, scripts) or _fill_form(
            scan, body, parameter, call.number, url
        )
        if address:
            return join(url, address)
    frame = find_frame(numbered)
    return frame.replace("\0", str(call.number)) if frame else None


def _find_function(scripts: str, name: str) -> tuple[str, str] | None:
    """The first parameter and the body of a function of the page."""
    short = re.escape(name.rpartition(".")[2])
    found = re.search(
        rf"function\s+{short}\s*\(\s*([\w$]+)[^)]*\)\s*\{{|\b{short}\s*[=:]\s*function\s*\(\s*([\w$]+)[^)]*\)\s*\{{",
        scripts,
    )
    if found is None:
        return None
    return found[1] or found[2], scripts[found.end() : found.end() + _BODY].partition("function ")[0]


def _read_location(body: str, parameter: str, number: int, scripts: str) -> str | None:
    """The address that a function's body goes to: texts and its parameter, joined by plus signs."""
    for found in _LOCATION.finditer(body):
        parts, used = _read_sum(body[found.end() :], parameter, number, scripts)
        if used and parts:
            return "".join(parts)
    return None


def _read_sum(text: str, parameter: str, number: int, scripts: str) -> tuple[list[str], bool]:
    """The terms of a sum, and whether the parameter is one; no terms where one of them cannot be known."""
    own = re.escape(parameter)
    term = re.compile(
        rf"(?:parseInt|Number)?\(\s*{own}\s*(?:([-+])\s*(\d+)\s*)?\)|{own}\b(?:\s*(-)\s*(\d+))?|([A-Za-z_$][\w$]*)"
    )
    parts, used, at = list[str](), False, 0
    while True:
        if literal := _LITERAL.match(text, at):
            written = literal[1] or literal[2] or literal[3] or ""
            filled = written.replace(f"${{{parameter}}}", str(number)) if literal[3] else written
            used, at = used or filled != written, literal.end()
            parts.append(filled)
        elif found := term.match(text, at):
            told = _look_up(scripts, found[5]) if found[5] else _shift(number, found)
            if told is None:
                return [], False
            used, at = used or not found[5], found.end()
            parts.append(told)
        else:
            return [], False
        if not (plus := re.compile(r"\s*\+\s*").match(text, at)):
            return parts, used
        at = plus.end()


def _shift(number: int, found: re.Match[str]) -> str:
    sign, step = found[1] or found[3], int(found[2] or found[4] or 0)
    return str(number - step if sign == "-" else number + step)


def _look_up(scripts: str, name: str) -> str | None:
    """The text that a script gives to a name, where it does so once."""
    found = set(re.findall(rf"\b{re.escape(name)}\s*=\s*[\"']([^\"'\n]{{0,200}})[\"']\s*[;,\n]", scripts))
    return found.pop() if len(found) == 1 else None


def _fill_form(scan: Scan, body: str, parameter: str, number: int, url: str) -> str | None:
    """The address of a form that the function fills and sends; one that is sent by POST has none."""
    for found in _FILLED.finditer(body) if "submit" in body else ():
        name, given = found[1] or found[3] or found[5], found[2] or found[4] or found[6]
        form = _find_form(scan, name) if given == parameter else None
        if form is None or (form.get("method") or "get").lower() != "get":
            continue
        fields = [
            (key, str(number) if name in (key, mark) else value) for key, mark, value in _read_fields(form)
        ]
        target = join(url, form.get("action")) or url
        return urlunsplit(urlsplit(target)._replace(query=urlencode(fields)))
    return None


def _find_form(scan: Scan, name: str) -> _Element | None:
    for i, tag in enumerate(scan.tags):
        if tag == "input" and name in (scan.nodes[i].get("name"), scan.nodes[i].get("id")):
            return next(scan.nodes[i].iterancestors("form"), None)
    return None


def _read_fields(form: _Element) -> Iterator[tuple[str, str | None, str]]:
    """The fields that a form sends: name, id, value."""
    for field in form.iter("input"):
        name, kind = field.get("name"), (field.get("type") or "text").lower()
        if name and kind in ("hidden", "text", "search", "number"):
            yield name, field.get("id"), field.get("value") or ""


def find_frame(numbered: Mapping[int, str]) -> str | None:
    """The one frame that the addresses of at least two numbers have: NUL stands for each one's own number."""
    frames = [
        {f"{url[: at.start()]}\0{url[at.end() :]}" for at in re.finditer(rf"(?<!\d){one}(?!\d)", url)}
        for one, url in numbered.items()
    ]
    common = set.intersection(*frames) if len(frames) > 1 else set()
    return common.pop() if len(common) == 1 else None
