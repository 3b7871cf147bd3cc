"""The portal itself: the models of portal.yaml, its loader, and the check of both files together."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from entries import (
    NUMBER,
    WHOLE,
    Check,
    Day,
    Entry,
    Flag,
    Key,
    Text,
    Words,
    find_texts,
    listed,
)
from errors import ConfigurationError, Fault, NotFound
from frontage import GuideSection, Identity, Link, LinkGroup, Topic
from sources import AgencyKey, Group, Level, Paths, Sources, check_sources
from wordlists import Screen, load_lists
from yamlfile import Document, Where, read_document

Risk = Literal["low", "normal", "high"]
Style = Literal["news", "documents", "notices"]
Share = Literal["lead", "support"]


def _check_pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{error}, expected a regular expression") from error
    return value


def _check_slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        raise ValueError("expected small letters, digits and single hyphens")
    return value


def _read_count(value: object) -> object:
    return int(value) if value in ("1", "2", "3") else value


def _read_moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError("expected a time of the day such as 07:30")
    return time.fromisoformat(value)


Moment = Annotated[
    time,
    BeforeValidator(_read_moment),
    PlainSerializer(lambda moment: f"{moment:%H:%M}", when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
]


def _slug_of(key: str) -> str:
    return re.sub("_+", "-", key).strip("-")


class Column(Entry):
    """A column of the portal (栏目), with its page, feed and review."""

    key: Key = Field(description="a short name in small letters, digits and _ that never changes")
    name: Text = Field(description="the column's name in Chinese")
    slug: Annotated[str, AfterValidator(_check_slug)] = Field(
        default="",
        validate_default=False,
        description="the word in its address, /columns/SLUG/; from the key if absent",
    )
    zone: SkipJsonSchema[str] = Field(
        default="", description="the zone it stands in; not written in the file"
    )
    description: Text = Field(description="one sentence on what it holds (ColumnDescription)")
    keywords: Words = Field(description="its keywords (ColumnKeywords), a word or a list of words")
    type: Text = Field(description="its kind in words (ColumnType), such as 动态信息")
    risk: Risk = Field(
        default="normal", description="one of low, normal, high: what an error here would cost"
    )
    reviews: Annotated[Literal[1, 2, 3], BeforeValidator(_read_count)] = Field(
        default=1,
        description="1, 2 or 3: how many people approve an item; the last of three is a chief editor",
    )
    period_days: Annotated[int, Field(gt=0, le=3660), WHOLE] | None = Field(
        default=None, description="the days within which it must be updated, as a whole number"
    )
    style: Style = Field(default="news", description="one of news, documents, notices: how its list looks")
    fixed: Flag = Field(
        default=False,
        description="true or false: whether it holds one page that is changed, as those of 概况 do",
    )
    topic: Topic | None = Field(default=None, description="what makes it a topic column (专题)")
    links: tuple[Link, ...] = Field(default=(), description="a list of links that belong to it (栏目链接)")

    @model_validator(mode="before")
    @classmethod
    def _derive_slug(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("slug") and isinstance(data.get("key"), str):
            return {**data, "slug": _slug_of(data["key"])}
        return data


class Zone(Entry):
    """A zone of the portal (S08): a part of the front page with its columns."""

    key: Key = Field(description="a short name in small letters, digits and _ that never changes")
    name: Text = Field(description="the zone's name in Chinese")
    note: Text | None = Field(default=None, description="one line under its name on the front page")
    columns: tuple[Column, ...] = Field(description="a list of columns")

    @model_validator(mode="after")
    def _name_zone(self) -> Zone:
        placed = tuple(column.model_copy(update={"zone": self.key}) for column in self.columns)
        self.__dict__["columns"] = placed  # the model is frozen for everybody else
        return self


class Duty(Entry):
    """A row of the duty table (S09): an agency guarantees a column, alone or with others."""

    column: Key = Field(description="the key of a column")
    agency: AgencyKey = Field(description="the key of an agency of sources.yaml")
    share: Share = Field(default="lead", description="lead (主办) or support (协办)")
    period_days: Annotated[int, Field(gt=0, le=3660), WHOLE] | None = Field(
        default=None, description="the days within which the agency must supply something, as a whole number"
    )
    starts: Day | None = Field(default=None, description="the first day of the duty, such as 2026-01-01")
    ends: Day | None = Field(default=None, description="the last day of the duty, such as 2026-12-31")
    sample: Flag = Field(default=False, description="true or false: whether the row is only a sample")


class When(Entry):
    """What must hold for a rule: every condition that is given, and of its words any one."""

    agency: Words = Field(default=(), description="keys of agencies")
    group: Annotated[tuple[Group, ...], BeforeValidator(listed)] = Field(
        default=(), description="groups: office, department, prefecture, system, outside, media"
    )
    level: Annotated[tuple[Level, ...], BeforeValidator(listed)] = Field(
        default=(), description="levels: central, province, prefecture, county"
    )
    source: Words = Field(default=(), description="ids of sources")
    address: Words = Field(default=(), description="parts of the address of the source's list")
    list_name: Words = Field(default=(), description="words in the source's own column name (栏目名称)")
    title: Words = Field(default=(), description="words in the title")
    not_title: Words = Field(default=(), description="words that the title must not have")
    doc_type: Words = Field(
        default=(), description="kinds of document, as the title ends: 通知, 公告, 意见, …"
    )
    doc_number: Words = Field(default=(), description="words in the number of the document, such as 青政办")
    numbered: Flag | None = Field(
        default=None, description="true or false: whether it has a number (发文字号)"
    )
    place: Words = Field(default=(), description="names of places in the title, or the item's own place")


def _check_conditions(when: When) -> When:
    if when == When():
        raise ValueError("expected at least one condition")
    return when


class Rule(Entry):
    """A rule that puts an item into a column; the first that fits decides."""

    column: Key = Field(description="the key of a column")
    name: Text = Field(description="the rule in an editor's words: it is shown as the reason")
    probability: Annotated[float, Field(gt=0, le=1), NUMBER] = Field(
        default=0.8, description="how sure the rule is, as a number"
    )
    when: Annotated[When, AfterValidator(_check_conditions)] = Field(
        description="the conditions, at least one"
    )
    sample: Flag = Field(default=False, description="true or false: whether the rule is only a sample")


class Settings(Entry):
    """Figures of the portal that an office may want otherwise."""

    hold_minutes: Annotated[int, Field(ge=0, le=1440), WHOLE] = Field(
        default=5, description="the minutes between an approval and its release, as a whole number"
    )
    old_after_days: Annotated[int, Field(gt=0, le=3660), WHOLE] = Field(
        default=30, description="the days after which a source's date counts as old, as a whole number"
    )
    page_size: Annotated[int, Field(gt=0, le=200), WHOLE] = Field(
        default=20, description="the rows of a column page, as a whole number"
    )
    front_rows: Annotated[int, Field(gt=0, le=50), WHOLE] = Field(
        default=8, description="the rows of a column on the front page, as a whole number"
    )
    index_number_pattern: Annotated[Text, AfterValidator(_check_pattern)] | None = Field(
        default=None, description="the form of the 索引号, as a regular expression"
    )
    keep_releases: Annotated[int, Field(gt=0, le=100), WHOLE] = Field(
        default=5, description="the releases that are kept for going back, as a whole number"
    )
    search: Flag = Field(
        default=True, description="true or false: whether the portal has a search of its own"
    )
    traditional: Flag = Field(
        default=False, description="true or false: whether each page has a traditional version, /zh-hant/"
    )
    crawl_minutes: Annotated[int, Field(ge=30, le=1440), WHOLE] = Field(
        default=60, description="the minutes between two looks for sources that are due, as a whole number"
    )
    publish_times: Annotated[tuple[Moment, ...], BeforeValidator(listed)] = Field(
        default=tuple(map(time, (7, 9, 11, 14, 16, 18), (0, 30, 30, 30, 30, 30))),
        description="the times of the day at which is published, a time or a list of times such as 07:30",
    )
    nightly_time: Moment = Field(
        default=time(3, 30), description="the time of the nightly checks and tidying, such as 03:30"
    )
    bulk_probability: Annotated[float, Field(ge=0.5, le=1), NUMBER] = Field(
        default=0.8, description="how sure a column must be for approval in bulk, as a number from 0.5 to 1"
    )
    password_days: Annotated[int, Field(ge=0, le=3660), WHOLE] = Field(
        default=90,
        description="the days after which a password of the desk is changed, as a whole number; 0 for never",
    )
    keep_page_days: Annotated[int, Field(ge=30, le=36600), WHOLE] = Field(
        default=365, description="the days that raw pages of decided items are kept, as a whole number"
    )
    keep_run_days: Annotated[int, Field(ge=30, le=36600), WHOLE] = Field(
        default=365, description="the days that rows of runs and finished jobs are kept, as a whole number"
    )


class Portal(Entry):
    """All of portal.yaml."""

    identity: Identity = Field(description="who publishes the portal")
    zones: tuple[Zone, ...] = Field(description="a list of zones")
    group_columns: dict[Group, Key] = Field(
        default={}, description="the column of each group's items where no rule fits"
    )
    rules: tuple[Rule, ...] = Field(default=(), description="a list of rules; the first that fits decides")
    duties: tuple[Duty, ...] = Field(default=(), description="a list of duties")
    links: tuple[LinkGroup, ...] = Field(default=(), description="a list of groups of links")
    guide: tuple[GuideSection, ...] = Field(default=(), description="a list of sections of the 公开指南")
    screen: Screen = Field(default=Screen(), description="what the screen looks for")
    settings: Settings = Field(default=Settings(), description="figures of the portal")

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """All columns, zone by zone, in the file's order."""
        return tuple(column for zone in self.zones for column in zone.columns)

    def column(self, key: str) -> Column:
        """Hand out a column by its key; raises NotFound."""
        try:
            return self._columns[key]
        except KeyError:
            raise NotFound(f"no column {key}, expected a key of portal.yaml") from None

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}


def load_portal(path: Path) -> Portal:
    """Load portal.yaml; raises ConfigurationError with every fault of the file."""
    portal, faults = check_portal(read_document(path), None, None)
    if portal is None:
        raise ConfigurationError(faults)
    return portal


def load_both(paths: Paths) -> tuple[Sources, Portal]:
    """Load both files, each read once; raises ConfigurationError with every fault of both."""
    sources, portal, faults = _read_both(paths)
    if sources is None or portal is None:
        raise ConfigurationError(faults)
    return sources, portal


def check_both(paths: Paths) -> list[Fault]:
    """List every fault of both files, names that one takes from the other included."""
    return _read_both(paths)[2]


def _read_both(paths: Paths) -> tuple[Sources | None, Portal | None, list[Fault]]:
    above, below = read_document(paths.sources), read_document(paths.portal)
    columns = None if below.is_broken(("zones",)) else list_columns(below)
    agencies = None if above.is_broken(("agencies",)) else _list_names(above, "agencies", "key")
    ids = None if above.is_broken(("sources",)) else _list_names(above, "sources", "id")
    sources, faults = check_sources(above, columns)
    portal, more = check_portal(below, agencies, ids)
    return sources, portal, sorted(faults + more)


def check_portal(
    document: Document, agencies: Collection[str] | None, sources: Collection[str] | None
) -> tuple[Portal | None, list[Fault]]:
    """Read portal.yaml from its document: all of it, or None and every fault.

    `agencies` and `sources` are the names of sources.yaml, None where they are not to be checked.
    """
    check = Check(document)
    portal = check.read(Portal)
    check.check_unique(find_texts(document, "zones", None, "key"), "the zone key")
    keys = find_texts(document, "zones", None, "columns", None, "key")
    check.check_unique(keys, "the column key")
    check.check_unique(_list_slugs(document, keys), "the slug")
    for where, _ in find_texts(document, "zones", None, "columns", None, "zone"):
        check.add(
            where, "unknown key `zone`, expected none: a column is in the zone it stands in", at_key=True
        )
    columns = None if document.is_broken(("zones",)) else {key for _, key in keys}
    for part in ("rules", "duties"):
        check.check_known(find_texts(document, part, None, "column"), columns, "column")
    check.check_known(find_texts(document, "group_columns", None), columns, "column")
    check.check_known(find_texts(document, "duties", None, "agency"), agencies, "agency")
    check.check_known(find_texts(document, "rules", None, "when", "agency", None), agencies, "agency")
    check.check_known(find_texts(document, "rules", None, "when", "source", None), sources, "source")
    periods = find_texts(document, "duties", None, "ends")
    for where, ends in periods + find_texts(document, "zones", None, "columns", None, "topic", "ends"):
        starts = document.look_up((*where[:-1], "starts"))
        if isinstance(starts, str) and ends < starts:  # ISO days compare as text
            check.add(where, f"`ends` is `{ends}`, expected no day before `starts`, {starts}")
    if portal is not None:
        check.faults += load_lists(portal.screen, document)
    return (None if check.faults else portal), check.faults


def list_columns(document: Document) -> set[str]:
    """List the keys of all columns that portal.yaml declares, faulty ones included."""
    return {key for _, key in find_texts(document, "zones", None, "columns", None, "key")}


def _list_names(document: Document, part: str, key: str) -> set[str]:
    return {name for _, name in find_texts(document, part, None, key)}


def _list_slugs(document: Document, keys: list[tuple[Where, str]]) -> list[tuple[Where, str]]:
    """List each column's slug at its place: the written one, else the one that its key gives."""
    first = {key: where for where, key in reversed(keys)}  # a key that stands twice is a fault of its own
    places = [((*where[:-1], "slug"), key) for key, where in reversed(first.items())]
    return [(where, str(document.look_up(where) or _slug_of(key))) for where, key in places]
