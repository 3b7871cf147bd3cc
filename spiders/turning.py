"""List pages that are asked by a form: what is sent, and the name under which such a page is known.

All pages of such a list have one address. Each is known as `ADDRESS#post=N`, by its place in the list; what
is sent for it stands on the page before, so it can only be reached from there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from reading.page import Form

MARK = "#post="
_PLACE = re.compile(re.escape(MARK) + r"(\d{1,6})$")


@dataclass(frozen=True)
class Sent:
    """The body of a POST and its type."""

    body: bytes
    content_type: str


@dataclass(frozen=True)
class Way:
    """How a list page is asked: its address, and the form that is sent there in the page's charset."""

    url: str
    form: Form
    charset: str

    def sent(self) -> Sent:
        """Write the form as a browser does; what the charset lacks goes as references (HTML)."""
        return send_form(self.form, self.charset)


def send_form(form: Sequence[tuple[str, str]], charset: str = "utf-8") -> Sent:
    """Write the fields of a form as the body of a POST."""
    body = urlencode(list(form), encoding=charset, errors="xmlcharrefreplace")
    return Sent(body.encode("ascii"), "application/x-www-form-urlencoded")


def name_column(url: str, column: str) -> str:
    """Write behind an answer's address the number behind `#` in ops' address: a column of gkmlpt."""
    fragment = urlsplit(column).fragment
    return f"{url}#{fragment}" if fragment.isdecimal() else url


def name_turn(address: str, url: str) -> str:
    """Name the page that a form on the page `address` turns to at `url`."""
    found = _PLACE.search(address)
    return f"{url}{MARK}{int(found[1]) + 1 if found else 2}"


def is_turned(address: str | None) -> bool:
    """Say whether a list page's name is one that only a form reaches."""
    return address is not None and MARK in address
