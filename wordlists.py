"""The lists that the screen looks for: files beside portal.yaml, read strictly, known by their hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field

from entries import Check, Entry, Flag, Text, Words
from errors import Fault
from yamlfile import Document, Spot, Where, read_document

_LARGEST = 1_000_000  # bytes of one list
_ENDINGS = (".yaml", ".yml", ".txt")


def _read_short(value: object) -> object:
    """A word alone stands for an entry of it."""
    return {"word": value} if isinstance(value, str) else value


class WordEntry(Entry):
    """A word of a list, and where it means nothing."""

    word: Text = Field(description="the word, of two characters or more")
    unless: Words = Field(default=(), description="phrases in which the word stands by chance")
    note: Text | None = Field(default=None, description="what an editor should know about it")


class WordFile(Entry):
    """A list of words."""

    words: tuple[Annotated[WordEntry, BeforeValidator(_read_short)], ...] = Field(
        description="a list of words, or of entries with `word`, `unless` and `note`"
    )
    sample: Flag = Field(default=False, description="true or false: whether the list is only a sample")


class NameEntry(Entry):
    """A name in its right form, with the forms that it is wrongly given."""

    right: Text = Field(description="the right form")
    wrong: Words = Field(description="wrong forms, a word or a list of words")
    unless: Words = Field(default=(), description="phrases in which a wrong form stands by chance")
    note: Text | None = Field(default=None, description="what an editor should know about it")


class NameFile(Entry):
    """A list of names of people and places."""

    names: tuple[NameEntry, ...] = Field(description="a list of entries with `right` and `wrong`")
    sample: Flag = Field(default=False, description="true or false: whether the list is only a sample")


class UnitFile(Entry):
    """A list of units that may be reprinted from."""

    units: Words = Field(description="names of units, as a source is named")
    sample: Flag = Field(default=False, description="true or false: whether the list is only a sample")


class WordList(Entry):
    """A file of words, and what a word of it costs an item."""

    name: Text = Field(description="the list's name, as editors are told it")
    level: Literal["block", "confirm", "note"] = Field(
        description="one of block, confirm, note: what a word of it does to an item"
    )
    file: Text = Field(description="a .yaml or .txt file, beside portal.yaml")


@dataclass(frozen=True)
class Listed:
    """A word as it is looked for: of which list, what it does, where it means nothing, its right form."""

    word: str
    list: str
    level: str
    unless: tuple[str, ...] = ()
    note: str | None = None
    right: str | None = None


@dataclass(frozen=True, eq=False)
class Lists:
    """Everything that the files hold; `version` is the hash of it."""

    words: tuple[Listed, ...] = ()
    units: tuple[str, ...] = ()
    political: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    version: str = "0"


NO_LISTS = Lists()


class Screen(Entry):
    """What the screen looks for besides what it knows by itself: files beside portal.yaml."""

    words: tuple[WordList, ...] = Field(default=(), description="a list of word lists with their level")
    names: Words = Field(default=(), description="files of names with their right forms")
    reprint_sources: Text | None = Field(
        default=None, description="a file of the units that political news may be reprinted from"
    )
    political_words: Words = Field(
        default=(), description="words in a title that make a reprint political news"
    )
    public_numbers: Words = Field(
        default=(), description="telephone numbers of the public service, which are shown whole"
    )

    @property
    def lists(self) -> Lists:
        """What the files hold, as they were when portal.yaml was loaded."""
        found = self.__dict__.get("_loaded", NO_LISTS)
        assert isinstance(found, Lists)
        return found


def load_lists(screen: Screen, document: Document) -> list[Fault]:
    """Read every file that portal.yaml names, and keep their content with it; give every fault."""
    folder, faults = Path(document.file).parent, list[Fault]()
    words: list[Listed] = []
    for at, one in enumerate(screen.words):
        read = _read_file(document, ("screen", "words", at, "file"), folder / one.file, WordFile, faults)
        words += _list_words(one, read)
    for at, name in enumerate(screen.names):
        listed = _read_file(document, ("screen", "names", at), folder / name, NameFile, faults)
        words += _list_names(listed)
    units = (
        _read_file(document, ("screen", "reprint_sources"), folder / screen.reprint_sources, UnitFile, faults)
        if screen.reprint_sources
        else None
    )
    lists = Lists(tuple(words), units.units if units else (), screen.political_words, screen.public_numbers)
    told = json.dumps(asdict(lists), ensure_ascii=False, sort_keys=True)
    version = hashlib.sha256(told.encode()).hexdigest()[:12]
    # the model is frozen for everybody else
    screen.__dict__["_loaded"] = Lists(lists.words, lists.units, lists.political, lists.numbers, version)
    return faults


def list_files(screen: Screen, folder: Path) -> list[Path]:
    """List the files that belong to the configuration, such as a backup takes along."""
    names = [*(one.file for one in screen.words), *screen.names]
    return [folder / name for name in (*names, *filter(None, [screen.reprint_sources]))]


def _list_words(one: WordList, read: WordFile | None) -> Iterator[Listed]:
    for entry in read.words if read else ():
        yield Listed(entry.word, one.name, one.level, entry.unless, entry.note)


def _list_names(read: NameFile | None) -> Iterator[Listed]:
    for entry in read.names if read else ():
        for wrong in entry.wrong:
            # the right form may hold the wrong one: 海东市 in 青海省海东市 is no fault
            unless = (*entry.unless, *([entry.right] if wrong in entry.right else []))
            yield Listed(wrong, "", "confirm", unless, entry.note, entry.right)


F = TypeVar("F", WordFile, NameFile, UnitFile)


def _read_file(document: Document, where: Where, path: Path, kind: type[F], faults: list[Fault]) -> F | None:
    if path.suffix not in _ENDINGS:
        faults.append(document.fault(where, f"`{path.name}` is no list, expected a .yaml or .txt file"))
        return None
    if not path.is_file():
        faults.append(document.fault(where, f"there is no file {path}, expected one beside portal.yaml"))
        return None
    read = read_document(path) if path.suffix != ".txt" else _read_lines(path, kind)
    check = Check(read)
    found = check.read(kind) if not read.is_broken(()) else None
    if found is not None:
        _check_words(check, found)
    faults += check.faults
    return found if not check.faults else None


def _read_lines(path: Path, kind: type[Entry]) -> Document:
    """Read a plain file, a word a line, as the same list in YAML would be; `#` begins a remark."""
    file = str(path)
    key = {WordFile: "words", UnitFile: "units"}.get(kind)
    if key is None:
        return _refuse(file, 1, 1, "is a plain file, expected names with `right` and `wrong` in a .yaml file")
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        return _refuse(file, 1, 1, f"cannot be read ({error.strerror}), expected a list")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return _refuse(file, line, 1, f"byte 0x{raw[error.start]:02x} is not UTF-8, expected UTF-8")
    if len(raw) > _LARGEST:
        return _refuse(file, 1, 1, "longer than 1 MB, expected a list of words")
    words: list[str] = []
    values: dict[Where, Spot] = {}
    for number, told in enumerate(text.split("\n"), 1):
        word = told.partition("#")[0].strip()
        if not word.isprintable():
            at = next(at for at, sign in enumerate(word) if not sign.isprintable())
            return _refuse(file, number, at + 1, f"U+{ord(word[at]):04X} cannot be seen, expected none")
        if word:
            values[(key, len(words))] = Spot(number, told.index(word) + 1)
            words.append(word)
    return Document(file, {key: tuple(words)}, values)


def _refuse(file: str, line: int, column: int, message: str) -> Document:
    return Document(file, broken=frozenset({()}), faults=(Fault(file, line, column, message),))


def _check_words(check: Check, read: Entry) -> None:
    """A word of one character would stand everywhere; one that stands twice has two meanings."""
    found = [(where, word) for where, word in _find_words(read)]
    for where, word in found:
        if sum(sign.isalnum() for sign in word) < 2:
            check.add(where, f"`{word}` is too short, expected a word of two letters or characters")
    check.check_unique(found, "the word")


def _find_words(read: Entry) -> Iterator[tuple[Where, str]]:
    listed: Any = read
    if isinstance(read, WordFile):
        for at, entry in enumerate(listed.words):
            yield ("words", at), entry.word
    elif isinstance(read, NameFile):
        for at, name in enumerate(listed.names):
            yield from ((("names", at), word) for word in name.wrong)
    else:
        yield from ((("units", at), word) for at, word in enumerate(listed.units))
