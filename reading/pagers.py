"""Pagers that turn by a script (`toPage(2)`): the next page, where the page itself reveals its address.

Nothing is tried: an address comes from the own words of the script, from a form whose fields are all on the
page, or from at least two sibling links that differ in their number only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reading.address import join
from reading.forms import fill_form, send_postback
from reading.page import Form
from reading.rows_scan import Scan, squeeze

POSTBACK = "__doPostBack"
_TURNING = frozenset(("a", "span", "li", "button", "input", "em", "i", "div", "td"))
_CALL = re.compile(
    r"^\s*(?:javascript:)?\s*(?:void\s*\(?\s*)?(?:return\s+)?([A-Za-z_$][\w$.]*)\s*\(([^()]{0,200})\)", re.I
)
_NUMBER = re.compile(r"(?:Page\$)?(\d{1,6})")
_LOCATION = re.compile(r"(?:\blocation(?:\.href)?\s*(?:=|\.replace\s*\(|\.assign\s*\()|\bopen\s*\()\s*")
_LITERAL = re.compile(r"\"([^\"\n]{0,300})\"|'([^'\n]{0,300})'|`([^`\n]{0,300})`")
_BODY = 1500


@dataclass(frozen=True)
class Call:
    """An element that calls a function of the page with a page's number (None: with none)."""

    node: int
    text: str
    name: str
    number: int | None
    arguments: tuple[str, ...] = ()


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
    arguments = tuple(part.strip(" \t'\"") for part in found[2].split(","))
    numbers = [m[1] for part in arguments if (m := _NUMBER.fullmatch(part))]
    return Call(node, text[:20], found[1], int(numbers[-1]) if numbers else None, arguments)


def write_turn(
    scan: Scan, scripts: str, url: str, call: Call, numbered: Mapping[int, str]
) -> tuple[str, Form | None] | None:
    """Write the address that a call turns to, and what it sends there; None where the page reveals neither.

    `numbered` are the addresses of the pager's own numbers.
    """
    if call.number is not None and call.number in numbered:
        return numbered[call.number], None
    if call.name == POSTBACK:
        target, argument = (*call.arguments, "", "")[:2]
        return send_postback(scan, call.node, url, target, argument) if target else None
    if call.number is None:
        return None
    if (function := _find_function(scripts, call.name)) is not None:
        parameter, body = function
        if address := join(url, _read_location(body, parameter, call.number, scripts)):
            return address, None
        if sent := fill_form(scan, body, parameter, call.number, url):
            return sent
    frame = find_frame(numbered)
    return (frame.replace("\0", str(call.number)), None) if frame else None


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


def find_frame(numbered: Mapping[int, str]) -> str | None:
    """The one frame that the addresses of at least two numbers have: NUL stands for each one's own number."""
    frames = [
        {f"{url[: at.start()]}\0{url[at.end() :]}" for at in re.finditer(rf"(?<!\d){one}(?!\d)", url)}
        for one, url in numbered.items()
    ]
    common = set.intersection(*frames) if len(frames) > 1 else set()
    return common.pop() if len(common) == 1 else None
