"""The agencies and the addresses to collect from: sources.yaml, its models and its loader."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from entries import (
    NUMBER,
    WHOLE,
    Check,
    Entry,
    Flag,
    JsonPath,
    Note,
    PagePattern,
    Period,
    Places,
    RowLink,
    Text,
    WebAddress,
    find_texts,
    tell_expected,
)
from errors import ConfigurationError, Fault, NotFound
from paths import Paths as Paths
from yamlfile import Document, Where, read_document

Group = Literal["office", "department", "prefecture", "system", "outside", "media"]
Level = Literal["central", "province", "prefecture", "county"]
Kind = Literal["auto", "html", "jpage", "json", "feed", "sitemap"]
GROUPS: tuple[Group, ...] = ("office", "department", "prefecture", "system", "outside", "media")
LEVELS: tuple[Level, ...] = ("central", "province", "prefecture", "county")
# What editors and citizens read for these words.
GROUP_NAMES: Mapping[Group, str] = {
    "office": "省政府办公厅内设处室",
    "department": "省政府部门",
    "prefecture": "市州及县区",
    "system": "省委、人大、政协等系统",
    "outside": "外省政府",
    "media": "中央及其他媒体",
}
LEVEL_NAMES: Mapping[Level, str] = {
    "central": "中央级",
    "province": "省级",
    "prefecture": "市州级",
    "county": "县级",
}

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
# Link-local and cloud metadata addresses: no configuration opens them.
NEVER_OPENED: tuple[IPNetwork, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "169.254.0.0/16",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "fe80::/10",
        "fd00:ec2::254/128",
    )
)
# IPv6 that carries an IPv4 address would be a second name for one of the above.
_CARRIERS: tuple[IPNetwork, ...] = tuple(
    ipaddress.ip_network(text)
    for text in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
_LOOPBACK = ipaddress.ip_network("::1/128")

DAY = timedelta(days=1)
_SWITCHED_OFF = ("false", "False", "FALSE")
AgencyKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*$", max_length=40)]
SourceId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)+$", max_length=80)]
SELECTOR_PARTS = (
    *("rows", "title", "link", "date", "next", "promised"),
    *("article_title", "published", "credit", "body"),
)


def _check_part(value: object) -> object:
    if isinstance(value, str) and value not in SELECTOR_PARTS:
        raise ValueError(tell_expected(value, SELECTOR_PARTS))
    return value


def _read_network(value: object) -> IPNetwork:
    if isinstance(value, IPNetwork):
        return value
    try:
        return ipaddress.ip_network(str(value))
    except ValueError as error:
        raise ValueError(f"{error}, expected a network such as 127.0.0.0/8") from error


SelectorPart = Annotated[str, Field(pattern=f"^({'|'.join(SELECTOR_PARTS)})$"), BeforeValidator(_check_part)]
Network = Annotated[IPNetwork, BeforeValidator(_read_network), WithJsonSchema({"type": "string"})]


class Responsible(Entry):
    """Who answers for an agency's items (S10): the post that signs, and the contact."""

    post: Text | None = Field(
        default=None, description="the post of the responsible director, such as 办公室主任"
    )
    contact: Text | None = Field(
        default=None, description="the name of the contact, once the agency has given it"
    )
    phone: Text | None = Field(
        default=None, description="the contact's telephone as one dials it, such as 0971-0000000"
    )


class Agency(Entry):
    """A unit whose items the portal collects or takes in (单位)."""

    key: AgencyKey = Field(
        description="a short name in small letters and digits that never changes, such as jyt"
    )
    name: Text = Field(description="the agency's full name in Chinese")
    short_name: Text | None = Field(default=None, description="the name that lists show, such as 省教育厅")
    group: Group = Field(description="one of office, department, prefecture, system, outside, media")
    level: Level = Field(description="one of central, province, prefecture, county")
    site_name: Text | None = Field(
        default=None, description="the name of its site, which stands for 本网 and 本站"
    )
    home: WebAddress | None = Field(default=None, description="the address of its home page")
    responsible: Responsible | None = Field(
        default=None, description="post, contact and phone of who answers for it"
    )
    note: Note | None = Field(default=None, description="words for whoever keeps this file")

    @property
    def shown(self) -> str:
        """The name that lists show: the short one where there is one."""
        return self.short_name or self.name


class Expects(Entry):
    """What a healthy source shows; what is not given is judged on the source's own history."""

    days: Annotated[int, Field(gt=0, le=3660), WHOLE] | None = Field(
        default=None, description="the days within which something new appears, as a whole number"
    )
    rows: Annotated[int, Field(gt=0, le=1_000_000), WHOLE] | None = Field(
        default=None, description="the rows that its first list page shows at the least, as a whole number"
    )


class JsonPaths(Entry):
    """Where a JSON list has its parts; what is not given is found by its shape."""

    rows: JsonPath | None = Field(
        default=None, description="the path of the list of rows, such as data.list, by names joined with dots"
    )
    title: JsonPath | None = Field(default=None, description="in a row, the path of the title, such as title")
    link: RowLink | None = Field(
        default=None, description="in a row, the path of the address, or an address such as /view/{id}.html"
    )
    date: JsonPath | None = Field(
        default=None, description="in a row, the path of the date, such as publishDate"
    )
    total: JsonPath | None = Field(
        default=None, description="the path of the number of rows in all, such as data.total"
    )


class Paging(Entry):
    """How a list counts its pages, where neither a link nor a script of the page says so."""

    param: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.-]*$", max_length=60)] | None = Field(
        default=None, description="the part of the query that holds the page's number, such as pageNo"
    )
    pattern: PagePattern | None = Field(
        default=None,
        description="the address of a further page as seen from the first, such as index_{n}.html",
    )
    first: Annotated[int, Field(ge=0, le=100_000), WHOLE] = Field(
        default=1, description="the number of the first page, as a whole number"
    )
    step: Annotated[int, Field(ge=-1, le=1000), WHOLE] = Field(
        default=1, description="by how much the number grows: 1, the rows of a page for an offset, or -1"
    )

    @model_validator(mode="after")
    def _check_one(self) -> Self:
        if (self.param is None) == (self.pattern is None) or self.step == 0:
            raise ValueError("expected either `param` or `pattern`, and a `step` that is not 0")
        return self


class Defaults(Entry):
    """How a source is crawled where it does not say otherwise."""

    every: Period = Field(
        default=DAY, description="how often the source is crawled, such as 1d, 12h or 1d 12h"
    )
    delay: Annotated[float, Field(gt=0, le=60), NUMBER] = Field(
        default=1.0, description="the seconds between two requests to one host, as a number"
    )
    pages: Annotated[int, Field(gt=0, le=10_000), WHOLE] = Field(
        default=20, description="the list pages that one run may read, as a whole number"
    )
    articles: Annotated[int, Field(gt=0, le=1_000_000), WHOLE] = Field(
        default=300, description="the articles that one run may read, as a whole number"
    )
    minutes: Annotated[float, Field(gt=0, le=1440), NUMBER] = Field(
        default=20.0, description="the minutes that one run may take, as a number"
    )


class Source(Defaults):
    """One configured address: a column page, a feed or a list of an agency's site."""

    id: SourceId = Field(description="the agency's key, a hyphen and a word of its own, such as jyt-tzgg")
    agency: AgencyKey = Field(description="the key of an agency of this file")
    name: Text = Field(description="the column's name on the agency's own site, such as 通知公告")
    address: WebAddress = Field(description="the address of its first list page or feed")
    kind: Kind = Field(default="auto", description="one of auto, html, jpage, json, feed, sitemap")
    column: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = Field(
        default=None, description="the key of the portal column that all its items belong to"
    )
    expects: Expects = Field(default=Expects(), description="what a healthy source shows: days, rows")
    enabled: Flag = Field(default=True, description="true or false: whether it is crawled")
    reason: Text | None = Field(default=None, description="the reason why it is not enabled")
    selectors: dict[SelectorPart, Text] = Field(
        default={}, description="CSS selectors by part, where the reading needs them"
    )
    paths: JsonPaths = Field(
        default=JsonPaths(), description="where a JSON list has its parts: rows, title, link, date, total"
    )
    paging: Paging | None = Field(
        default=None, description="how the list counts its pages: param or pattern, first, step"
    )
    under: Places = Field(
        default=(), description="the beginnings of a sitemap's addresses that are wanted, such as /zwgk/tzgg/"
    )
    browser: Flag = Field(default=False, description="true or false: whether scripts fill its pages")
    verify_tls: Flag = Field(default=True, description="true or false: whether its certificate must be valid")
    reprint: Text | None = Field(default=None, description="the terms on which its items may be reprinted")
    note: Note | None = Field(default=None, description="words for whoever keeps this file")


class AllowedNetwork(Entry):
    """An inside network that the crawl may enter; link-local and metadata addresses never are."""

    network: Network = Field(description="a network such as 127.0.0.0/8")
    reason: Text = Field(description="the reason why the crawl may go inside")


class Sources(Entry):
    """All of sources.yaml, with `defaults` already written into each source."""

    allow_networks: tuple[AllowedNetwork, ...] = Field(
        default=(), description="a list of networks that the crawl may enter"
    )
    defaults: Defaults = Field(
        default=Defaults(), description="how a source is crawled unless it says otherwise"
    )
    agencies: tuple[Agency, ...] = Field(description="a list of agencies")
    sources: tuple[Source, ...] = Field(default=(), description="a list of sources")

    @model_validator(mode="after")
    def _fold_defaults(self) -> Self:
        folded = tuple(_fold(source, self.defaults) for source in self.sources)
        self.__dict__["sources"] = folded  # the model is frozen for everybody else
        return self

    def agency(self, key: str) -> Agency:
        """Hand out an agency by its key; raises NotFound."""
        try:
            return self._agencies[key]
        except KeyError:
            raise NotFound(f"no agency {key}, expected a key of sources.yaml") from None

    def source(self, id: str) -> Source:
        """Hand out a source by its id; raises NotFound."""
        try:
            return self._sources[id]
        except KeyError:
            raise NotFound(f"no source {id}, expected an id of sources.yaml") from None

    def enabled(self) -> tuple[Source, ...]:
        """List the sources that are crawled, in the file's order."""
        return tuple(source for source in self.sources if source.enabled)

    @cached_property
    def _agencies(self) -> dict[str, Agency]:
        return {agency.key: agency for agency in self.agencies}

    @cached_property
    def _sources(self) -> dict[str, Source]:
        return {source.id: source for source in self.sources}


def _fold(source: Source, defaults: Defaults) -> Source:
    """Write the defaults into a source where it says nothing itself."""
    unsaid = [name for name in Defaults.model_fields if name not in source.model_fields_set]
    return source.model_copy(update={name: getattr(defaults, name) for name in unsaid})


def load_sources(path: Path, columns: Collection[str] | None = None) -> Sources:
    """Load sources.yaml; `columns` are the portal's keys, None where they are not to be checked.

    Raises ConfigurationError with every fault of the file.
    """
    sources, faults = check_sources(read_document(path), columns)
    if sources is None:
        raise ConfigurationError(faults)
    return sources


def check_sources(document: Document, columns: Collection[str] | None) -> tuple[Sources | None, list[Fault]]:
    """Read sources.yaml from its document: all of it, or None and every fault."""
    check = Check(document)
    sources = check.read(Sources)
    agencies = find_texts(document, "agencies", None, "key")
    check.check_unique(agencies, "the agency key")
    check.check_unique(find_texts(document, "sources", None, "id"), "the source id")
    addresses = find_texts(document, "sources", None, "address")
    check.check_unique(((where, _same_address(text)) for where, text in addresses), "the address")
    known = None if document.is_broken(("agencies",)) else {key for _, key in agencies}
    check.check_known(find_texts(document, "sources", None, "agency"), known, "agency")
    check.check_known(find_texts(document, "sources", None, "column"), columns, "column")
    for where, text in find_texts(document, "allow_networks", None, "network"):
        _check_network(check, where, text)
    for where, name in find_texts(document, "sources", None, "id"):
        _check_source(check, where[:-1], name, known)
    return (None if check.faults else sources), check.faults


def _check_network(check: Check, where: Where, text: str) -> None:
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        return  # the model has said so
    shut = next((never for never in NEVER_OPENED if _overlap(network, never)), None)
    if shut is not None:
        check.add(where, f"`{text}` takes in {shut} (link-local or metadata), expected a network without it")
    elif network != _LOOPBACK and any(_overlap(network, carrier) for carrier in _CARRIERS):
        check.add(where, f"`{text}` carries IPv4 addresses in IPv6, expected an IPv4 network")


def _overlap(one: IPNetwork, other: IPNetwork) -> bool:
    return one.version == other.version and one.overlaps(other)


def _same_address(address: str) -> str:
    """Write an address so that two that fetch the same page are equal."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return address
    query = f"?{parts.query}" if parts.query else ""
    column = f"#{parts.fragment}" if parts.fragment.isdecimal() else ""  # gkmlpt's column
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path or '/'}{query}{column}"


def _check_source(check: Check, where: Where, name: str, agencies: Collection[str] | None) -> None:
    """Check what the keys of one source say together."""
    agency, enabled, reason = (
        check.document.look_up((*where, key)) for key in ("agency", "enabled", "reason")
    )
    named = isinstance(agency, str) and (agencies is None or agency in agencies)
    if named and not name.startswith(f"{agency}-"):
        expected = f"expected it to begin with its agency's key, `{agency}-`"
        check.add((*where, "id"), f"`id` is `{name}`, {expected}")
    kind = check.document.look_up((*where, "kind")) or "auto"
    for key, wanted in (("paths", "json"), ("under", "sitemap")):
        if check.document.look_up((*where, key)) and kind != wanted:
            check.add((*where, key), f"`{key}` stands beside kind `{kind}`, expected `kind: {wanted}`")
    if enabled in _SWITCHED_OFF and reason is None:
        check.add((*where, "enabled"), "not enabled and no `reason`, expected the reason in words")
