"""The second request of a page that a script fills: its address and what is sent there, by its own words.

Only what the page itself says counts: literal texts and numbers, names that the script gives one value, and
parameters of a function that the script calls with literal values. The address must be of the page's site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from reading.address import join
from reading.page import Form
from reading.site import is_same_site

_ASKED = re.compile(
    r"(?:\$|jQuery|axios|request|http)\s*\.\s*(ajax|get|post|getJSON|load|request)\s*\(\s*|\b(fetch|axios)\s*\(\s*"
    r"|\.open\s*\(\s*[\"'](GET|POST)[\"']\s*,\s*|\b(?:[a-z]*url)\s*[:=]\s*(?=[\"'])",
    re.I,
)
_LISTLIKE = re.compile(
    r"list|page|data|search|query|api|json|xml|info|article|news|doc|content|channel|column", re.I
)
_ELSEWHERE = re.compile(
    r"login|logout|count|stat|visit|click|hit|weather|tianqi|captcha|jiucuo|share|user|token|session|menu"
    r"|nav|ip\b|\.(?:js|css|png|jpe?g|gif)(?:$|\?)",
    re.I,
)
_LITERAL = re.compile(r"\"([^\"\n\\]{0,500})\"|'([^'\n\\]{0,500})'|`([^`\n\\$]{0,500})`|(\d{1,12})\b")
_NAME = re.compile(r"[A-Za-z_$][\w$.]{0,60}")
_MEMBER = re.compile(r"\s*[\"']?([A-Za-z_$][\w$.-]{0,60})[\"']?\s*:\s*")
_METHOD = re.compile(r"\b(?:type|method)\s*:\s*[\"'](GET|POST)[\"']", re.I)
_URL = re.compile(r"\burl\s*:\s*", re.I)
_DATA = re.compile(r"\b(?:data|params)\s*:\s*(?:JSON\.stringify\s*\(\s*)?\{", re.I)
_JSON_BODY = re.compile(r"JSON\.stringify|application/json", re.I)
_FUNCTION = re.compile(
    r"function\s+([A-Za-z_$][\w$]*)\s*\(([^)]{0,200})\)\s*\{|([A-Za-z_$][\w$]*)\s*[=:]\s*function\s*\(([^)]{0,200})\)"
)
_REACH = 2000


@dataclass(frozen=True)
class Lead:
    """Where the rows come from; `form` is what is sent there by POST, None for a plain question."""

    url: str
    form: Form | None = None


def find_lead(scripts: str, url: str) -> Lead | None:
    """Find the request that fills a list, by what a script asks for."""
    return next(_find_leads(scripts, url), None)


def _find_leads(scripts: str, url: str) -> Iterator[Lead]:
    for found in _ASKED.finditer(scripts):
        way = (found[1] or found[2] or found[3] or "").lower()
        block = scripts[found.end() : found.end() + _REACH]
        names = _Names(scripts, found.start())
        lead = _read_options(block, way, names) if block.startswith("{") else _read_plain(block, way, names)
        if lead is None or _ELSEWHERE.search(lead.url) or not _LISTLIKE.search(lead.url):
            continue
        address = join(url, lead.url)
        if address and is_same_site(address, url) and address != url:
            yield Lead(address, lead.form)


def _read_options(block: str, way: str, names: _Names) -> Lead | None:
    """The options of `$.ajax({url, type, data})` and of what is called alike."""
    block = _cut_braces(block)
    at = _URL.search(block)
    address = _read_sum(block, at.end(), names) if at else None
    if not address:
        return None
    method = _METHOD.search(block)
    posts = method is not None and method[1].upper() == "POST"
    if posts and _JSON_BODY.search(block):
        return None  # a body that is no form: the browser's task
    data = _DATA.search(block)
    fields = _read_object(block[data.end() - 1 :], names) if data else ()
    return _make_lead(address, fields, posts)


def _read_plain(block: str, way: str, names: _Names) -> Lead | None:
    """`$.get(address, {…})`, `fetch(address)`, `xhr.open("GET", address)`, `url = address`."""
    address = _read_sum(block, 0, names)
    if not address:
        return None
    after = re.match(r"[^,(){};]{0,300},\s*(?=\{)", block)
    inner = _cut_braces(block[after.end() :]) if after else ""
    if way in ("fetch", "axios"):
        method = _METHOD.search(inner)
        return None if method is not None and method[1].upper() == "POST" else Lead(address)
    fields = _read_object(inner, names) if inner else ()
    return _make_lead(address, fields, way == "post")


def _make_lead(address: str, fields: Form, posts: bool) -> Lead:
    if posts:
        return Lead(address, fields)
    parts = urlsplit(address)
    query = "&".join(part for part in (parts.query, urlencode(fields)) if part)
    return Lead(urlunsplit(parts._replace(query=query)))


def _cut_braces(block: str) -> str:
    """The text up to the brace that closes the first one."""
    depth = 0
    for at, mark in enumerate(block):
        depth += (mark == "{") - (mark == "}")
        if depth == 0 and mark == "}":
            return block[: at + 1]
    return block


def _read_object(block: str, names: _Names) -> Form:
    """The members of a plain object whose values are known; the others are left out."""
    inner, fields, at = _cut_braces(block), list[tuple[str, str]](), 1
    while (found := _MEMBER.match(inner, at)) is not None and len(fields) < 60:
        value = _read_sum(inner, found.end(), names, whole=True)
        if value is not None:
            fields.append((found[1], value))
        comma = re.compile(r"[^,{}]*,").match(inner, found.end())
        if comma is None:
            break
        at = comma.end()
    return tuple(fields)


def _read_sum(text: str, at: int, names: _Names, whole: bool = False) -> str | None:
    """Texts, numbers and names joined by plus signs, up to the first one that is not known.

    With `whole` an unknown term makes it all unknown; else a parameter left open at the end is dropped.
    """
    parts: list[str] = []
    plus = re.compile(r"\s*\+\s*")
    while True:
        if literal := _LITERAL.match(text, at):
            parts.append(next(part for part in literal.groups() if part is not None))
            at = literal.end()
        elif name := _NAME.match(text, at):
            told = names.look_up(name[0])
            if told is None or text[name.end() : name.end() + 1] in ("(", "["):
                return None if whole else _drop_open("".join(parts))
            parts.append(told)
            at = name.end()
        else:
            return None if whole or not parts else _drop_open("".join(parts))
        if not (more := plus.match(text, at)):
            return "".join(parts)
        at = more.end()


def _drop_open(address: str) -> str | None:
    """An address without its last parameter, which has no value; None where the path itself is open."""
    if not address.endswith("="):
        return None if not address or "?" not in address else address
    head = max(address.rfind("?"), address.rfind("&"))
    return address[:head] if head > 0 else None


class _Names:
    """What the names at one place of the scripts stand for, as far as the scripts say it plainly."""

    def __init__(self, scripts: str, at: int) -> None:
        self._scripts = scripts
        self._at = at
        self._bound: Mapping[str, str] | None = None

    def look_up(self, name: str) -> str | None:
        """The one value of a name: its function's parameter as it is called, else what it is set to."""
        if self._bound is None:
            self._bound = self._bind()
        if name in self._bound:
            return self._bound[name]
        short = re.escape(name.rpartition(".")[2])
        given = re.findall(
            rf"(?<![\w$]){short}\s*[:=]\s*(?:[\"']([^\"'\n\\]{{0,300}})[\"']|(\d{{1,12}}))\s*[;,\n}}]",
            self._scripts,
        )
        values = {text or number for text, number in given}
        return values.pop() if len(values) == 1 else None

    def _bind(self) -> Mapping[str, str]:
        """The parameters of the function around the place, by its first call with literal values."""
        around = None
        for found in _FUNCTION.finditer(self._scripts, max(0, self._at - _REACH), self._at):
            around = found
        if around is None:
            return {}
        name = around[1] or around[3]
        wanted = [one.strip() for one in (around[2] or around[4] or "").split(",") if one.strip()]
        calls = re.finditer(rf"(?<![\w$.]){re.escape(name)}\s*\(([^()]{{0,200}})\)", self._scripts)
        for call in calls:
            values = [_LITERAL.fullmatch(one.strip()) for one in call[1].split(",")]
            if values and all(values) and len(values) <= len(wanted):
                told = [next(part for part in one.groups() if part is not None) for one in values if one]
                return dict(zip(wanted, told, strict=False))
        return {}
