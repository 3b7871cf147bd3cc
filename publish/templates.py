"""The one factory of Jinja2 environments: everything escaped, nothing undefined, only safe addresses."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from markupsafe import Markup

from clock import PORTAL_ZONE, tell_day, tell_minute, write_time
from publish.once import Once
from publish.traditional import name_twin

_WEB = re.compile(r"https?://[^/\s\\]", re.IGNORECASE)
_MAIL = re.compile(r"[^\s:/<>\"']+@[^\s:/<>\"']+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,18}")
_NOWHERE = "#"
_KEPT = 2048  # moments and addresses that are kept as written: an item's stand in some six files


@lru_cache(maxsize=4)
def make_environment(package: str = "publish") -> Environment:
    """Make the environment over a package's `templates/` folder: autoescape, StrictUndefined, our filters.

    Filters: `address` (http, https or a path of the portal, else `#`), `mail`, `phone` (a link that dials),
    and of moments `minute` (`2026-11-05 10:10` at the portal), `day`, `zoned` and `utc` (RFC 3339),
    `mail_date` (RFC 5322); `twin` (the traditional version's path), `host` of an address, `linked_data`
    (JSON-LD, safe in a script).
    """
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        extensions=[Once],
        bytecode_cache=_find_cache(),
    )
    environment.filters.update(
        address=lru_cache(_KEPT)(allow_address),
        mail=allow_mail,
        phone=link_phone,
        **{name: lru_cache(_KEPT)(write) for name, write in _WRITERS.items()},
        twin=name_twin,
        host=tell_host,
        linked_data=write_linked_data,
    )
    return environment


def _find_cache() -> FileSystemBytecodeCache | None:
    """Keep compiled templates where Python keeps compiled modules, if it does.

    Compiling them costs a fifth of a short publish. The name says what compiled them: this file and the tag.
    """
    folder = Path(__file__).with_name("__pycache__")
    if sys.dont_write_bytecode or not os.access(folder, os.W_OK):
        return None
    made = b"".join(Path(__file__).with_name(name).read_bytes() for name in ("templates.py", "once.py"))
    return FileSystemBytecodeCache(str(folder), f"{hashlib.sha256(made).hexdigest()[:8]}.%s.cache")


def allow_address(value: str) -> str:
    """Let an address through when it is http, https or a path of the portal; anything else becomes `#`."""
    text = value.strip()
    if re.search(r"[\x00-\x20\\]", text):
        return _NOWHERE
    is_path = text.startswith("/") and not text.startswith("//")
    return text if is_path or text.startswith("#") or _WEB.match(text) else _NOWHERE


def allow_mail(value: str) -> str:
    """Give the `mailto:` address of a mail address, `#` for what is none."""
    return f"mailto:{value}" if _MAIL.fullmatch(value) else _NOWHERE


def link_phone(value: str) -> str | Markup:
    """Give a telephone number as a link that dials it; words around it, or several of them, stay text."""
    if not _PHONE.fullmatch(value):
        return value
    digits = re.sub("[ ()-]", "", value)
    return Markup('<a href="tel:{}">{}</a>').format(digits, value)


def write_zoned(moment: datetime) -> str:
    """Write a moment for `<time datetime>`, to the minute at the portal: `2026-11-05T10:10:00+08:00`."""
    return moment.astimezone(PORTAL_ZONE).replace(second=0, microsecond=0).isoformat()


def write_seconds(moment: datetime) -> str:
    """Write a moment for feeds and sitemaps, in UTC: `2026-11-05T02:10:00Z` (RFC 3339)."""
    return write_time(moment)[:19] + "Z"


def tell_host(address: str) -> str:
    """Give the host of an address, as a reader knows a site by it; "" where there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def write_linked_data(facts: Mapping[str, Any]) -> Markup:
    """Write facts as JSON that cannot end the script element it stands in."""
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    for letter, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(letter, code)
    return Markup(text)  # nothing in it can be read as markup


_WRITERS: Mapping[str, Callable[[datetime], object]] = {
    "minute": tell_minute,
    "day": tell_day,
    "zoned": write_zoned,
    "utc": write_seconds,
    "mail_date": format_datetime,
}
