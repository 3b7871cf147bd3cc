"""Adding an entry to a list of sources.yaml: the new lines go in, every other byte of the file stays.

A round trip through ruamel keeps comments and order, but writes quotes, indents and long lines anew; so the
nodes that it composes only say where the entry goes and how deep, and it writes the entry itself.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Collection, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from commands.setting import read_file
from errors import ConfigurationError, Fault, UserFault
from sources import Sources, check_sources
from yamlfile import parse_document


def add_entries(
    path: Path, entries: Mapping[str, Mapping[str, Any]], columns: Collection[str]
) -> tuple[Sources, int]:
    """Add an entry to each of the named lists (`agencies`, `sources`) and check the whole file.

    Gives the sources as they are now and the line where the last entry begins. Raises ConfigurationError with
    every fault, UserFault for a file that cannot be written; the file is then as it was.
    """
    file = path.resolve()
    before = read_file(file)
    _check(before, str(path), columns)
    text, line = before.decode("utf-8"), 0
    for name, entry in entries.items():
        text, line = splice(text, name, entry, str(path))
    after = text.encode("utf-8")
    sources = _check(after, str(path), columns)
    _replace(file, before, after)
    return sources, line


def _check(raw: bytes, name: str, columns: Collection[str]) -> Sources:
    sources, faults = check_sources(parse_document(raw, name), columns)
    if sources is None:
        raise ConfigurationError(faults)
    return sources


def splice(text: str, name: str, entry: Mapping[str, Any], file: str) -> tuple[str, int]:
    """Put an entry behind the last one of a list of a YAML text; give the text and the entry's line.

    Raises ConfigurationError where the list stands in brackets on its line with something in it.
    """
    key, value = _find(text, name)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += newline
    if key is None or value is None:
        written = [f"{name}:", *write_entry(entry, 2, 2)]
        lines += [f"{line}{newline}" for line in written]
        return "".join(lines), len(lines) - len(written) + 2
    if isinstance(value, SequenceNode) and not value.flow_style and value.value:
        at, dash = _find_end(lines, value), value.start_mark.column
        offset = value.value[0].start_mark.column - dash
    elif isinstance(value, SequenceNode) and value.value:
        mark = value.start_mark
        words = f"`{name}` stands in brackets, expected a line with a hyphen for each"
        raise ConfigurationError([Fault(file, mark.line + 1, mark.column + 1, words)])
    else:  # nothing yet: `sources:`, `sources: []`
        at, dash, offset = key.end_mark.line + 1, key.start_mark.column + 2, 2
        if isinstance(value, SequenceNode):
            line, start, end = lines[at - 1], value.start_mark.column, value.end_mark.column
            lines[at - 1] = line[:start].rstrip() + line[end:]
    written = write_entry(entry, dash, offset)
    lines[at:at] = [f"{line}{newline}" for line in written]
    return "".join(lines), at + 1


def write_entry(entry: Mapping[str, Any], dash: int, offset: int) -> list[str]:
    """Write an entry as lines, its hyphen in column `dash`, its keys `offset` further in."""
    yaml = YAML()
    yaml.width = 4096
    yaml.allow_unicode = True
    mapped = CommentedMap(entry)
    for key, value in entry.items():
        if isinstance(value, Mapping):
            mapped[key] = CommentedMap(value)
            mapped[key].fa.set_flow_style()
    out = StringIO()
    yaml.dump(mapped, out)
    first, *rest = out.getvalue().splitlines()
    hyphen = f"{'-':<{offset}}"
    return [f"{' ' * dash}{hyphen}{first}", *(f"{' ' * (dash + offset)}{line}" for line in rest)]


def _find(text: str, name: str) -> tuple[Node | None, Node | None]:
    """The key and the value of a list of the file."""
    root = YAML().compose(text)
    pairs = root.value if isinstance(root, MappingNode) else []
    return next(((key, value) for key, value in pairs if key.value == name), (None, None))


def _find_end(lines: list[str], listed: SequenceNode) -> int:
    """The line after the last entry, with the comments that stand as deep as its keys."""
    last = listed.value[-1]
    while isinstance(last, MappingNode | SequenceNode) and last.value and not last.flow_style:
        last = last.value[-1][1] if isinstance(last, MappingNode) else last.value[-1]
    mark = last.end_mark
    at: int = mark.line if mark.column == 0 and mark.line > last.start_mark.line else mark.line + 1
    while not lines[at - 1].strip():  # a text of several lines ends behind the blank ones
        at -= 1
    while at < len(lines):
        line = lines[at]
        deep = len(line) - len(line.lstrip(" ")) > listed.start_mark.column
        if not (deep and line.lstrip().startswith("#")):
            break
        at += 1
    return at


def _replace(file: Path, before: bytes, after: bytes) -> None:
    """Put the new file in the old one's place at once, unless somebody has changed it meanwhile."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(after)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(stat.S_IMODE(file.stat().st_mode))
        if file.read_bytes() != before:
            Path(name).unlink()
            raise UserFault(f"{file}: changed by somebody else meanwhile, nothing was written: try again")
        Path(name).replace(file)
    except OSError as error:
        raise UserFault(f"{file}: cannot be written: {error.strerror}") from error
