"""Forms that a list turns its pages by: what a browser would send, with the pager's own fields filled in.

`__doPostBack(target, argument)` of ASP.NET writes both into `__EVENTTARGET` and `__EVENTARGUMENT` and sends
the page's form, view state and all; other sites have a script write the page's number into a field of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit, urlunsplit

from lxml.etree import _Element

from reading.address import join
from reading.page import Form
from reading.rows_scan import Scan

MOST_FIELDS = 500
MOST_CHARACTERS = 1 << 20
_SENT = frozenset(("hidden", "text", "search", "number", "date", "tel", "url", "email"))
_FILLED = re.compile(
    r"""(?:\.|\[["'])([\w-]+)(?:["']\])?\.value\s*=\s*([A-Za-z_$][\w$]*)|"""
    r"""\$\(\s*["'](?:#|[\w]*\[name=["']?)([\w-]+)["'\]]*\s*\)\.val\(\s*([A-Za-z_$][\w$]*)\s*\)|"""
    r"""getElementById\(\s*["']([\w-]+)["']\s*\)\.value\s*=\s*([A-Za-z_$][\w$]*)"""
)


def send_postback(scan: Scan, node: int, url: str, target: str, argument: str) -> tuple[str, Form] | None:
    """What `__doPostBack` sends from the form around an element: the address, and the fields in their order.

    None without such a form, without its view state, or for one larger than any real one.
    """
    form = next(scan.nodes[node].iterancestors("form"), None)
    if form is None:
        return None
    fields = list(_read_controls(form))
    if not any(name in ("__VIEWSTATE", "__VSTATE", "__VIEWSTATEFIELDCOUNT") for name, _, _ in fields):
        return None
    event = {"__EVENTTARGET": target, "__EVENTARGUMENT": argument}
    sent = [(name, event.pop(name, value)) for name, _, value in fields]
    return _seal(form, url, (*event.items(), *sent))


def fill_form(scan: Scan, body: str, parameter: str, number: int, url: str) -> tuple[str, Form | None] | None:
    """What a function sends that writes its parameter into a form's field: an address, or fields by POST."""
    for found in _FILLED.finditer(body) if "submit" in body else ():
        name, given = found[1] or found[3] or found[5], found[2] or found[4] or found[6]
        form = _find_form(scan, name) if given == parameter else None
        if form is None:
            continue
        fields = tuple(
            (key, str(number) if name in (key, mark) else value) for key, mark, value in _read_controls(form)
        )
        sealed = _seal(form, url, fields)
        if sealed is None or (form.get("method") or "get").lower() == "post":
            return sealed
        return urlunsplit(urlsplit(sealed[0])._replace(query=urlencode(fields))), None
    return None


def _seal(form: _Element, url: str, fields: Form) -> tuple[str, Form] | None:
    size = sum(len(name) + len(value) for name, value in fields)
    address = join(url, form.get("action")) or join(url, url)
    if not address or len(fields) > MOST_FIELDS or size > MOST_CHARACTERS:
        return None
    return address, fields


def _find_form(scan: Scan, name: str) -> _Element | None:
    for i, tag in enumerate(scan.tags):
        if tag == "input" and name in (scan.nodes[i].get("name"), scan.nodes[i].get("id")):
            return next(scan.nodes[i].iterancestors("form"), None)
    return None


def _read_controls(form: _Element) -> Iterator[tuple[str, str | None, str]]:
    """The controls that a form sends without a button pressed: name, id, value (HTML, 4.10.21.4)."""
    for field in form.iter("input", "select", "textarea"):
        name = field.get("name")
        if not name or field.get("disabled") is not None:
            continue
        if field.tag == "select":
            value = _read_choice(field)
        elif field.tag == "textarea":
            value = field.text or ""
        else:
            value = _read_input(field)
        if value is not None:
            yield name, field.get("id"), value


def _read_input(field: _Element) -> str | None:
    kind = (field.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return (field.get("value") or "on") if field.get("checked") is not None else None
    return (field.get("value") or "") if kind in _SENT else None


def _read_choice(field: _Element) -> str | None:
    options = list(field.iter("option"))
    chosen = next(
        (one for one in options if one.get("selected") is not None), options[0] if options else None
    )
    if chosen is None:
        return None
    value = chosen.get("value")
    return value if value is not None else "".join(map(str, chosen.itertext())).strip()
