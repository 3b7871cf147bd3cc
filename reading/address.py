"""Addresses: made whole against their page, and brought to the one form that names a page."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from errors import ReadingError

_CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sessionid)=[^/?#;]*", re.I)
_SESSION_KEYS = re.compile(r"(?:jsessionid|phpsessid|aspsessionid\w*|sessionid|spm|utm_\w+)", re.I)
_ESCAPED = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = "!$&'()*+,;=:@/?%[]~"
_PORTS = {"http": 80, "https": 443}
# Longer ones fit neither servers' request lines nor the index of the sightings.
_LONGEST = 2000


def join(base: str, href: str | None) -> str | None:
    """Make a link of the page at `base` absolute, without its fragment.

    None for what leads to no page: an empty link, a script, a mail, a foreign scheme, a broken
    address, one with a user name in it. With a `base` that is not absolute the result is relative too.
    """
    link = _tidy(href or "")
    if not link or link.startswith("#"):
        return None
    if _SCHEME.match(link) and not link.lower().startswith(("http:", "https:")):
        return None
    try:
        whole = urljoin(base, link)
        parts = urlsplit(whole)
        named = parts.hostname or not parts.scheme
        valid = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if not named or not valid or "@" in parts.netloc:
        return None
    return urlunsplit(parts._replace(fragment="", path=parts.path or ("/" if parts.netloc else "")))


def canonical(url: str) -> str:
    """Bring an absolute http(s) address to the one form that stands for it; doing it twice changes nothing.

    Scheme and host in lower case (IDNA), no default port, dots resolved, escapes in one form, no fragment, no
    session id or campaign tag. Raises ReadingError for anything that is not such an address.
    """
    text = _tidy(url)
    try:
        parts = urlsplit(urljoin(text, text))
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise ReadingError(f"not an address: {url!r}") from error
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc:
        raise ReadingError(f"not an http address: {url!r}")
    netloc = _host(host, url) + (f":{port}" if port and port != _PORTS[parts.scheme] else "")
    path = _escape(_SESSION_PATH.sub("", parts.path)) or "/"
    whole = urlunsplit((parts.scheme, netloc, _resolve(path), _query(parts.query), ""))
    if len(whole) > _LONGEST:
        raise ReadingError(f"an address of more than {_LONGEST} characters: {whole[:80]}…")
    return whole


def _tidy(link: str) -> str:
    """What a browser does first: control characters out, blanks at the ends out, backslashes turned."""
    link = link.strip()
    if not link.isascii() or " " in link or not link.isprintable():
        link = re.sub(r"[\x00-\x1f\x7f-\x9f]+", "", link)
        link = _CONTROLS.sub("%20", link.strip(" \u200b\ufeff\u3000\xa0"))
    if "\\" in link:
        head, mark, tail = link.partition("?")
        link = head.replace("\\", "/") + mark + tail
    return link


def _host(host: str, url: str) -> str:
    host = host.rstrip(".").lower()
    if ":" in host:
        return f"[{host}]"
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ReadingError(f"not a host name: {url!r}") from error


def _resolve(path: str) -> str:
    """Dots resolved as RFC 3986, 5.2.4 has it."""
    kept: list[str] = []
    steps = path.split("/")
    for step in steps[1:]:
        if step == "..":
            if kept:
                kept.pop()
        elif step != ".":
            kept.append(step)
    if steps[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def _escape(text: str) -> str:
    """Every escape in upper case, none where none is needed, one where one is needed (UTF-8)."""

    def one_form(found: re.Match[str]) -> str:
        char = chr(int(found[1], 16))
        return char if char in _UNRESERVED else f"%{found[1].upper()}"

    text = re.sub(r"%(?![0-9a-fA-F]{2})", "%25", text)
    return quote(_ESCAPED.sub(one_form, text), safe=_KEPT, errors="replace")


def _query(query: str) -> str:
    """The query in its own order, without session ids and campaign tags."""
    if not query:
        return ""
    pairs = [pair for pair in _escape(query).split("&") if pair]
    return "&".join(pair for pair in pairs if not _SESSION_KEYS.fullmatch(pair.partition("=")[0]))
