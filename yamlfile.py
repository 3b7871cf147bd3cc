"""Strict reading of a YAML file into plain values, each of which knows its line and column.

Built on the parser's events, not on a loader: a loader stops at the first duplicate key, expands aliases
and decides by itself that `0971` is a number. Here a scalar stays text, and the key that it stands under
says what it is read as (see `entries.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from errors import Fault

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# Controls and line breaks that editors do not show or count, and characters that have no shape at all.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
# A key with the wrong kind of colon, or with its value stuck to it (an address is no key).
_SLIP = re.compile(r"\s*(?:-\s+)?[A-Za-z_][\w-]*(：|:(?=[^\s/]))")

Where = tuple[str | int, ...]


class Plain(str):
    """A scalar written without quotes; only such a one may be read as a number, a flag or nothing."""

    __slots__ = ()


@dataclass(frozen=True)
class Spot:
    """A place in a file, counted from one."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True)
class Document:
    """A file as read: mappings are dicts, lists are tuples, scalars are text, and an empty value is None.

    `values` and `keys` say where each value and each key stands; `faults` are those of the YAML itself.
    What lies under a `broken` place is unknown, so that nothing more can be said about it.
    """

    file: str
    data: object = None
    values: Mapping[Where, Spot] = field(default_factory=dict)
    keys: Mapping[Where, Spot] = field(default_factory=dict)
    broken: frozenset[Where] = frozenset()
    faults: tuple[Fault, ...] = ()

    def look_up(self, where: Where) -> object:
        """Hand out the value at a place, None where there is none."""
        value = self.data
        for step in where:
            try:
                value = value[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def is_broken(self, where: Where) -> bool:
        """Say whether this place lies under one that could not be read."""
        return any(where[:length] in self.broken for length in range(len(where) + 1))

    def fault(self, where: Where, message: str, *, at_key: bool = False) -> Fault:
        """Make a fault at a place; what is absent is named where its nearest holder stands."""
        if at_key and where in self.keys:
            spot = self.keys[where]
        else:
            held = next((where[:n] for n in range(len(where), -1, -1) if where[:n] in self.values), None)
            spot = Spot() if held is None else self.values[held]
        return Fault(self.file, spot.line, spot.column, message)


def read_document(path: Path) -> Document:
    """Read a YAML file strictly; whatever is wrong with it comes back as the document's faults."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _refuse(file, Spot(), f"cannot be read ({reason}), expected a YAML file")
    if len(raw) > MAX_BYTES:
        return _refuse(file, Spot(), "longer than 1 MB, expected a configuration file")
    return parse_document(raw, file)


def parse_document(raw: bytes, file: str) -> Document:
    """Read the bytes of a YAML file as `read_document` does; `file` is the name that faults carry."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        spot = _locate(raw[: error.start].decode("utf-8-sig"), error.start)
        return _refuse(
            file, spot, f"byte 0x{raw[error.start]:02x} is not UTF-8, expected a file saved as UTF-8"
        )
    unseen = list(_UNSEEN.finditer(text))
    if unseen:
        faults = [_fault_of(file, _locate(text, hit.start()), _tell_unseen(hit[0])) for hit in unseen[:20]]
        return Document(file, broken=frozenset({()}), faults=tuple(faults))
    return _Builder(file).build(text)


def _refuse(file: str, spot: Spot, message: str) -> Document:
    return Document(file, broken=frozenset({()}), faults=(_fault_of(file, spot, message),))


def _fault_of(file: str, spot: Spot, message: str) -> Fault:
    return Fault(file, spot.line, spot.column, message)


def _locate(text: str, index: int) -> Spot:
    before = text[:index]
    return Spot(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _tell_unseen(character: str) -> str:
    name = unicodedata.name(character, "control character").lower()
    return f"an unseen character, U+{ord(character):04X} ({name}), expected visible text"


def _find_slip(text: str, spot: Spot) -> tuple[Spot, str] | None:
    """Look for the slip behind a syntax error: the parser often stumbles a line or two after it."""
    lines = text.splitlines()
    line = lines[spot.line - 1] if spot.line <= len(lines) else ""
    if line[spot.column - 1 : spot.column] == "\t":
        return spot, "a tab, expected spaces"
    for number in range(min(spot.line, len(lines)), max(spot.line - 3, 0), -1):
        slip = _SLIP.match(lines[number - 1])
        if slip:
            what = "a full-width colon" if slip[1] == "：" else "no space behind the colon"
            return Spot(number, slip.start(1) + 1), f"{what}, expected `key: value`"
    return None


@dataclass
class _Frame:
    """A mapping or a list that is still open; `key` is the key whose value comes next."""

    where: Where
    items: dict[str, object] | list[object]
    key: str | None = None
    repeats: int = 0


class _LostError(Exception):
    """The text cannot be followed any further."""


class _Builder:
    """Builds one document from the parser's events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Where, Spot] = {}
        self.keys: dict[Where, Spot] = {}
        self.broken: set[Where] = set()
        self.faults: list[Fault] = []
        self.frames: list[_Frame] = []
        self.root: object = None
        self.documents = 0

    def build(self, text: str) -> Document:
        try:
            for event in _parse(text):
                self._take(event)
        except _LostError:
            self.broken.add(())
        except MarkedYAMLError as error:
            self._tell_syntax(error, text)
        except (YAMLError, ValueError, OverflowError, IndexError) as error:
            # Impossible escapes ("\UFFFFFFFF") leave ruamel's scanner as these, without a place.
            self._break((), Spot(), f"not YAML ({str(error).splitlines()[0]}), expected `key: value` lines")
        if () not in self.broken and not isinstance(self.root, dict):
            found = "empty" if self.root is None else "not a mapping"
            self._break((), Spot(), f"the file is {found}, expected `key: value` lines")
        return Document(
            self.file, self.root, self.values, self.keys, frozenset(self.broken), tuple(self.faults)
        )

    def _break(self, where: Where, spot: Spot, message: str) -> None:
        self.broken.add(where)
        self.faults.append(_fault_of(self.file, spot, message))

    def _tell_syntax(self, error: MarkedYAMLError, text: str) -> None:
        mark = error.problem_mark or error.context_mark
        spot = Spot() if mark is None else Spot(mark.line + 1, mark.column + 1)
        problem = error.problem or error.context or "cannot be read"
        found = _find_slip(text, spot)
        if found is None:
            self._break((), spot, f"not YAML ({problem}), expected `key: value` lines with even indents")
        else:
            self._break((), *found)

    def _take(self, event: Any) -> None:
        kind = type(event).__name__
        spot = Spot(event.start_mark.line + 1, event.start_mark.column + 1)
        if kind == "DocumentStartEvent":
            self._open_document(event, spot)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._open(event, spot, {} if kind == "MappingStartEvent" else [])
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._close()
        elif kind == "ScalarEvent":
            self._take_scalar(event, spot)
        elif kind == "AliasEvent":
            self._take_alias(event, spot)

    def _open_document(self, event: Any, spot: Spot) -> None:
        self.documents += 1
        if self.documents > 1:
            self._break((), spot, "a second document begins, expected one document a file")
            raise _LostError
        if event.version or event.tags:
            self._break((), Spot(), "a % directive, expected none: the file is read as YAML 1.2")
            raise _LostError

    def _open(self, event: Any, spot: Spot, items: dict[str, object] | list[object]) -> None:
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.items, dict) and frame.key is None:
            self._break((), spot, "a mapping or list as a key, expected a word")
            raise _LostError
        if len(self.frames) >= MAX_DEPTH:
            self._break((), spot, f"nested deeper than {MAX_DEPTH} levels, expected a configuration file")
            raise _LostError
        where = self._place(spot)
        self._check_node(event, spot, where)
        self.frames.append(_Frame(where, items))

    def _close(self) -> None:
        frame = self.frames.pop()
        self._put(frame.where, frame.items if isinstance(frame.items, dict) else tuple(frame.items))

    def _take_scalar(self, event: Any, spot: Spot) -> None:
        plain = event.style is None and event.tag is None
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.items, dict) and frame.key is None:
            self._take_key(frame, event, spot, plain)
            return
        where = self._place(spot)
        self._check_node(event, spot, where)
        unseen = _UNSEEN.search(event.value)  # an escape such as "\u200b" brings one in
        if unseen:
            self._break(where, spot, _tell_unseen(unseen[0]))
        if plain and event.value in _NULLS:
            self._put(where, None)
        else:
            self._put(where, Plain(event.value) if plain else str(event.value))

    def _take_key(self, frame: _Frame, event: Any, spot: Spot, plain: bool) -> None:
        name = str(event.value)
        where = (*frame.where, name)
        if plain and name == "<<":
            self._break(where, spot, "a merge key `<<`, expected each key written out")
        elif plain and name in _NULLS:
            self._break(where, spot, "an empty key, expected a word before the colon")
        elif hidden := _UNSEEN.search(name):
            self._break(where, spot, _tell_unseen(hidden[0]))
        elif where in self.keys:
            first = self.keys[where]
            message = f"`{name}` stands twice, expected once: it is also on line {first.line}"
            self.faults.append(_fault_of(self.file, spot, message))
            frame.repeats += 1
            name = f"{name}\0{frame.repeats}"  # kept apart, so that the first one stays
            where = (*frame.where, name)
            self.broken.add(where)
        self._check_node(event, spot, where)
        self.keys[where] = spot
        frame.key = name

    def _take_alias(self, event: Any, spot: Spot) -> None:
        frame = self.frames[-1] if self.frames else None
        message = f"an alias `*{event.anchor}`, expected the value itself"
        if frame is not None and isinstance(frame.items, dict) and frame.key is None:
            self._break((), spot, message)
            raise _LostError
        where = self._place(spot)
        self._break(where, spot, message)
        self._put(where, None)

    def _check_node(self, event: Any, spot: Spot, where: Where) -> None:
        if event.anchor is not None:
            self._break(where, spot, f"an anchor `&{event.anchor}`, expected the value itself")
        if event.tag is not None:
            self._break(where, spot, f"a tag `{event.tag}`, expected a plain value")

    def _place(self, spot: Spot) -> Where:
        """Say where the value that begins now belongs, and note its spot."""
        where: Where = ()
        if self.frames:
            frame = self.frames[-1]
            step = frame.key if isinstance(frame.items, dict) else len(frame.items)
            where = (*frame.where, step if step is not None else "")
        self.values[where] = spot
        return where

    def _put(self, where: Where, value: object) -> None:
        if not self.frames:
            self.root = value
            return
        frame = self.frames[-1]
        if isinstance(frame.items, list):
            frame.items.append(value)
            return
        if "\0" not in str(where[-1]):
            frame.items[str(where[-1])] = value
        frame.key = None


def _parse(text: str) -> Iterator[Any]:
    yield from YAML(typ="safe", pure=True).parse(text)
