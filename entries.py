"""What one entry of a configuration file is made of: kinds of value, and its faults told with their place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.fields import FieldInfo

from errors import Fault
from yamlfile import Document, Plain, Where

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})")
_NUMBER = re.compile(r"[-+]?([0-9]{1,15}(\.[0-9]{0,15})?|\.[0-9]{1,15})")
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_PERIOD = re.compile(r"(?:([0-9]{1,4})d)? ?(?:([0-9]{1,5})h)? ?(?:([0-9]{1,6})m)?")
_NO_ADDRESS = re.compile(r"[\s\\<>\"{}]")
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62}(?<!-))?(\.[a-z0-9_]([a-z0-9_-]{0,62}(?<!-))?)*\.?", re.I
)


def _read_whole(value: object) -> object:
    return int(value) if isinstance(value, Plain) and _WHOLE.fullmatch(value) else value


def _read_number(value: object) -> object:
    return float(value) if isinstance(value, Plain) and _NUMBER.fullmatch(value) else value


def _read_flag(value: object) -> object:
    return _FLAGS.get(value, value) if isinstance(value, Plain) else value


def _read_day(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if len(value) == 10 else value
    except ValueError as error:
        raise ValueError(f"{error}, expected a day such as 2026-11-05") from error


def read_period(text: str) -> timedelta:
    """Read `1d 12h 30m` (days, hours, minutes, in this order, each at most once) as a timedelta.

    Raises ValueError for text of another form, and for no time at all.
    """
    match = _PERIOD.fullmatch(text)
    days, hours, minutes = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    period = timedelta(days=days, hours=hours, minutes=minutes)
    if not period:
        raise ValueError("expected a period such as 1d, 12h or 1d 12h 30m")
    return period


def write_period(period: timedelta) -> str:
    """Write a period as `read_period` reads it, seconds left out."""
    minutes = period // timedelta(minutes=1)
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "m"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number)


def _read_period(value: object) -> object:
    return read_period(value) if isinstance(value, str) else value


def _check_line(value: str) -> str:
    text = value.strip()
    if not text:
        raise ValueError("expected some text")
    if "\n" in text:
        raise ValueError("expected one line")
    return text


def _check_address(value: str) -> str:
    """Refuse what no crawler or reader can open: another scheme, no host, a password, spaces, a bad port."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{error}, expected an address such as https://www.example.gov.cn/") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError("expected an address that begins with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("expected an address without a user or password")
    literal = parts.netloc.startswith("[")
    if not parts.hostname or port == 0 or not (literal or _HOST.fullmatch(parts.hostname)):
        raise ValueError("expected a host name in letters, digits, dots and hyphens")
    if re.search(r"[\s\\<>\"]", value):
        raise ValueError("expected an address without spaces, backslashes, quotes or angle brackets")
    return value


def _check_pattern(value: str) -> str:
    if value.count("{n}") != 1 or _NO_ADDRESS.search(value.replace("{n}", "")):
        raise ValueError("expected an address with `{n}` once, such as index_{n}.html")
    return value


def _check_place(value: str) -> str:
    if not value.startswith(("/", "http://", "https://")) or _NO_ADDRESS.search(value):
        raise ValueError("expected a path such as /zwgk/tzgg/, or a whole address")
    return value


def _check_link(value: str) -> str:
    """A path, or an address with members of the row in braces."""
    if _NO_ADDRESS.search(re.sub(r"\{[^{}\s]+\}", "", value)):
        raise ValueError("expected a member such as url, or an address such as /view/{id}.html")
    return value


def listed(value: object) -> object:
    """One word stands for a list of one."""
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, AfterValidator(_check_line)]
Note = Annotated[str, AfterValidator(str.strip)]
# After the bounds of a field: Annotated[int, Field(gt=0), WHOLE].
WHOLE = BeforeValidator(_read_whole)
NUMBER = BeforeValidator(_read_number)
Flag = Annotated[bool, BeforeValidator(_read_flag)]
Day = Annotated[date, BeforeValidator(_read_day)]
Period = Annotated[
    timedelta,
    BeforeValidator(_read_period),
    PlainSerializer(write_period, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^([0-9]+d)? ?([0-9]+h)? ?([0-9]+m)?$"}),
]
WebAddress = Annotated[Text, AfterValidator(_check_address)]
Words = Annotated[tuple[Text, ...], BeforeValidator(listed)]
# Names joined with dots, as in data.list; a number counts in a list.
JsonPath = Annotated[str, Field(pattern=r"^[^.\s{}\[\]$]+(\.[^.\s{}\[\]$]+)*$", max_length=200)]
PagePattern = Annotated[Text, AfterValidator(_check_pattern)]
RowLink = Annotated[Text, AfterValidator(_check_link)]
Places = Annotated[tuple[Annotated[Text, AfterValidator(_check_place)], ...], BeforeValidator(listed)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Entry(BaseModel):
    """A part of a configuration file: frozen, and with no key that is not declared.

    A key with nothing after its colon counts as not written, where it may be left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        fields = cls.model_fields
        return {k: v for k, v in data.items() if v is not None or k not in fields or fields[k].is_required()}


E = TypeVar("E", bound=Entry)


class Check:
    """Reads one document into its model and gathers everything that is wrong with it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.faults: list[Fault] = list(document.faults)
        self._faulty: set[Where] = set()

    def add(self, where: Where, message: str, *, at_key: bool = False) -> None:
        """Note a fault, unless the place is already named, or lies under one that cannot be read."""
        if where in self._faulty or self.document.is_broken(where):
            return
        self._faulty.add(where)
        self.faults.append(self.document.fault(where, message, at_key=at_key))

    def read(self, kind: type[E]) -> E | None:
        """Read the whole document as its model; where it has faults they are noted, and there is no model."""
        try:
            return kind.model_validate(self.document.data)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                place = tuple(step for step in detail["loc"] if step != "[key]")
                self.add(place, _tell(kind, detail), at_key=_is_of_key(detail))
            return None

    def check_unique(self, found: Iterable[tuple[Where, str]], what: str) -> None:
        """Note every name that was already given at an earlier place."""
        first: dict[str, Where] = {}
        for where, name in found:
            if name in first:
                line = self.document.fault(first[name], "").line
                self.add(where, f"{what} `{name}` stands twice, expected once: it is also on line {line}")
            first.setdefault(name, where)

    def check_known(
        self, found: Iterable[tuple[Where, str]], known: Collection[str] | None, what: str
    ) -> None:
        """Note every name that is not declared; None for `known` means that nobody can say."""
        if known is None:
            return
        for where, name in found:
            if name not in known:
                self.add(where, f"unknown {what} `{name}`, {tell_expected(name, list(known))}")


def tell_expected(word: str, known: Sequence[str]) -> str:
    """Say what is expected instead of an unknown word: the nearest known one, or all where they are few."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"expected perhaps `{near[0]}`"
    if not known:
        return "expected one that is declared, and there is none"
    return f"expected one of {', '.join(sorted(known))}" if len(known) <= 24 else "expected a declared one"


def find_texts(document: Document, *pattern: str | int | None) -> list[tuple[Where, str]]:
    """List every text at places of a pattern, where None stands for each entry of a list or mapping.

    A single text counts as a list of one. Faulty entries are included, so that nothing follows from a fault.
    """
    places: list[Where] = [()]
    for step in pattern:
        places = [found for place in places for found in _enter(document, place, step)]
    texts = ((place, document.look_up(place)) for place in places)
    return [(place, str(text)) for place, text in texts if isinstance(text, str)]


def _enter(document: Document, place: Where, step: str | int | None) -> list[Where]:
    if step is not None:
        return [(*place, step)]
    value = document.look_up(place)
    if isinstance(value, str):
        return [place]
    steps: Iterable[str | int] = ()
    if isinstance(value, tuple):
        steps = range(len(value))
    elif isinstance(value, dict):
        steps = list(value)
    return [(*place, inner) for inner in steps]


def _is_of_key(detail: Any) -> bool:
    return detail["type"] == "extra_forbidden" or "[key]" in detail["loc"]


def _tell(kind: type[Entry], detail: Any) -> str:
    """Put one of pydantic's errors into words: what is wrong, what is expected."""
    place: Where = detail["loc"]
    holder, info = _find_field(kind, place)
    name = next((step for step in reversed(place) if isinstance(step, str) and step != "[key]"), "the file")
    expected = f"expected {info.description}" if info and info.description else "expected another value"
    entry = "an entry of " if isinstance(place[-1] if place else "", int) else ""
    shown = f"unknown key `{name}`" if _is_of_key(detail) else f"{entry}`{name}` is {_show(detail['input'])}"
    match detail["type"]:
        case "missing":
            return f"missing key `{name}`, {expected}"
        case "extra_forbidden":
            return f"{shown}, {tell_expected(name, list(holder.model_fields))}"
        case "literal_error":
            words = re.findall(r"\w+", detail["ctx"]["expected"].replace(" or ", " "))
            return f"{shown}, {tell_expected(str(detail['input']), words)}"
        case "value_error":
            return f"{shown}, {detail['ctx']['error']}"
        case "model_type" | "dict_type":
            return f"{shown}, expected keys and values"
        case other:
            bound = _BOUNDS.get(other)
            return f"{shown}, {expected}, {bound(detail['ctx'])}" if bound else f"{shown}, {expected}"


_BOUNDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "greater_than": lambda ctx: f"more than {ctx['gt']:g}",
    "greater_than_equal": lambda ctx: f"{ctx['ge']:g} or more",
    "less_than_equal": lambda ctx: f"{ctx['le']:g} or less",
    "string_too_long": lambda ctx: f"{ctx['max_length']} characters or fewer",
}


def _find_field(kind: type[Entry], place: Where) -> tuple[type[Entry], FieldInfo | None]:
    """Follow a place through the models; hand out the last model and the last field on the way."""
    holder, info = kind, None
    inner: type[Entry] | None = kind
    for step in place:
        if inner is not None and step in inner.model_fields:
            holder, info = inner, inner.model_fields[str(step)]
            inner = _find_entry(info.annotation)
        elif inner is not None and isinstance(step, str):
            return inner, None
    return holder, info


def _find_entry(annotation: Any) -> type[Entry] | None:
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        return annotation
    inner = (_find_entry(argument) for argument in get_args(annotation))
    return next((found for found in inner if found is not None), None)


def _show(value: object) -> str:
    if value is None or value in ({}, ()):
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple | list):
        return "a list"
    text = str(value).replace("\n", "\\n")
    return f"`{text if len(text) <= 60 else text[:57] + '…'}`"
