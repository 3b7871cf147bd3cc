"""Old addresses that lead to new ones (S18): what may stand in the table, and the maps that nginx reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from errors import UserFault

LONGEST = 400  # bytes of an address: nginx keeps each in one bucket of its table (deploy/nginx.conf)
MAPS = ("redirects.map", "redirects-query.map")  # by the path alone, by path and query
# Own pages are never moved away, and nothing leads to what is no page.
_OWN = re.compile(r"/(articles|columns|agencies|directory|static|files|search|gone|sitemaps|zh-hant)/")
_SPARED = re.compile(r'[\x00-\x20\x7f"\\\'$;{}<>#|`^]')


def read_lines(text: str, name: str) -> dict[str, str]:
    """Read `OLD NEW` a line, with spaces or a comma between, `#` for remarks.

    Raises UserFault with the line for an address that may not stand there, or an old one with two new ones.
    """
    moved: dict[str, str] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        words = re.split(r"[\s,]+", line.strip())
        if not words[0] or words[0].startswith("#"):
            continue
        where = f"{name}:{number}"
        if len(words) != 2:
            raise UserFault(f"{where}: {line.strip()!r}, expected an old and a new address, such as /a /b")
        old, new = check_old(words[0], where), check_new(words[1], where)
        if moved.setdefault(old, new) != new:
            raise UserFault(f"{where}: {old} is to lead to {new} and to {moved[old]}: keep one of the two")
    return moved


def check_old(old: str, where: str) -> str:
    """Give an old address as it is kept; raises UserFault where it is none that may move."""
    path = _check(old, where)
    if path == "/" or _OWN.match(path):
        raise UserFault(f"{where}: {old} is an address of this portal itself, which never moves")
    return path


def check_new(new: str, where: str) -> str:
    """Give a new address; raises UserFault for any that leads away from this portal (no open redirects)."""
    return _check(new, where)


def _check(address: str, where: str) -> str:
    if not address.startswith("/") or address.startswith("//"):
        raise UserFault(f"{where}: {address!r} leads away: expected a path of this portal, such as /a/b.htm")
    if _SPARED.search(address) or ".." in address.split("/"):
        raise UserFault(f"{where}: {address!r} has a character that no address of ours has")
    if len(address.encode()) > LONGEST:
        raise UserFault(f"{where}: {address[:60]}… is longer than {LONGEST} bytes")
    return address


def follow(moved: Mapping[str, str]) -> dict[str, str]:
    """Let every old address lead to the last one of its chain; raises UserFault for a circle."""
    ends = {}
    for old in moved:
        seen, at = {old}, moved[old]
        while at in moved:
            if at in seen:
                raise UserFault(f"{old} leads to {at}, which leads back: take one of them away")
            seen.add(at)
            at = moved[at]
        ends[old] = at
    return ends


def write_maps(moved: Mapping[str, str]) -> dict[str, str]:
    """Write both maps for nginx: file name to text."""
    lines: dict[str, list[str]] = {name: [] for name in MAPS}
    for old, new in sorted(follow(moved).items()):
        lines[MAPS["?" in old]].append(f'"{old}" "{new}";\n')
    return {name: "".join(found) for name, found in lines.items()}


def name_lost(moved: Mapping[str, str], there: Collection[str]) -> Iterator[str]:
    """Name new addresses behind which nothing stands."""
    for old, new in sorted(follow(moved).items()):
        path = new.partition("?")[0].partition("#")[0]
        if (f"{path}index.html" if path.endswith("/") else path) not in there:
            yield f"{old} leads to {new}, which is not there"
