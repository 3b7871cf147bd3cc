"""Faulty configuration: every fault at its line and column, in words, and all of them at once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from errors import ConfigurationError, Fault
from portal import check_both, load_both, load_portal
from sources import Paths, load_sources

AGENCY = """\
agencies:
  - key: jyt
    name: 青海省教育厅
    group: department
    level: province
"""
IDENTITY = """\
identity:
  name: 中国青海
  legal_name: 青海省人民政府门户网站
  site_name: 中国青海
  site_domain: www.example.gov.cn
  site_id_code: 6300000000
  base_url: https://www.example.gov.cn
  organizer: 青海省人民政府办公厅
  crawler_contact: portal@example.gov.cn
"""
COLUMN = """\
zones:
  - key: dongtai
    name: 动态信息
    columns:
      - key: bmdt
        name: 部门动态
        description: 各部门的工作动态。
        keywords: [部门, 动态]
        type: 动态信息
"""


class Case(NamedTuple):
    """A faulty piece, and each of its faults: line and column within the piece, and words of the message."""

    text: str
    faults: list[tuple[int, int, str]]


def source(word: str, /, **lines: str) -> str:
    """Write a source; a line given here takes the place of the usual one."""
    usual = {
        "id": f"jyt-{word}",
        "agency": "jyt",
        "name": "通知公告",
        "address": f"http://jyt.example.gov.cn/{word}/",
        "enabled": "true",
    }
    body = "\n".join(f"    {key}: {value}" for key, value in {**usual, **lines}.items())
    return f"  -{body[3:]}\n"


SOURCES = {
    "id with a capital": Case(source("A"), [(1, 9, "`id` is `jyt-A`")]),
    "id of another agency": Case(source("b", id="kjt-b"), [(1, 9, "begin with its agency's key, `jyt-`")]),
    "agency unknown": Case(
        source("c", agency="jty"), [(2, 13, "unknown agency `jty`, expected perhaps `jyt`")]
    ),
    "name empty": Case(source("d", name=""), [(4, 5, "`name` is empty")]),
    "name of spaces": Case(source("d2", name='"  "'), [(3, 11, "expected some text")]),
    "an empty key": Case(source("d3") + "    ~: x\n", [(6, 5, "an empty key, expected a word")]),
    "address of another scheme": Case(
        source("e", address="ftp://e.example.gov.cn/"), [(4, 14, "begins with http:// or https://")]
    ),
    "address with a password": Case(
        source("f", address="http://a:b@f.example.gov.cn/"), [(4, 14, "without a user or password")]
    ),
    "address with a bad port": Case(
        source("g", address="http://g.example.gov.cn:99999/"), [(4, 14, "expected an address such as")]
    ),
    "address without a host": Case(source("h", address="http:///x"), [(4, 14, "expected a host name")]),
    "address with a space": Case(
        source("i", address='"http://i.example.gov.cn/ x"'), [(4, 14, "without spaces")]
    ),
    "kind unknown": Case(source("j", kind="htlm"), [(6, 11, "`kind` is `htlm`, expected perhaps `html`")]),
    "column unknown": Case(
        source("k", column="bmtd"), [(6, 13, "unknown column `bmtd`, expected perhaps `bmdt`")]
    ),
    "period of another form": Case(source("l", every="1w"), [(6, 12, "such as 1d, 12h or 1d 12h 30m")]),
    "period of nothing": Case(source("m", every="0h"), [(6, 12, "expected a period")]),
    "yes for true": Case(source("n", enabled="yes"), [(5, 14, "`enabled` is `yes`, expected true or false")]),
    "quoted flag": Case(source("o", verify_tls='"false"'), [(6, 17, "expected true or false")]),
    "disabled without a reason": Case(source("p", enabled="false"), [(5, 14, "no `reason`")]),
    "no delay": Case(source("q", delay="0"), [(6, 12, "more than 0")]),
    "octal pages": Case(source("r", pages="010"), [(6, 12, "`pages` is `010`, expected the list pages")]),
    "half an article": Case(source("s", articles="1.5"), [(6, 15, "as a whole number")]),
    "sexagesimal minutes": Case(source("t", minutes="12:30"), [(6, 14, "as a number")]),
    "infinite delay": Case(source("u", delay=".inf"), [(6, 12, "as a number")]),
    "key unknown": Case(
        source("v", colum="bmdt"), [(6, 5, "unknown key `colum`, expected perhaps `column`")]
    ),
    "key twice": Case(source("w") + "    agency: kjt\n", [(6, 5, "`agency` stands twice")]),
    "selector unknown": Case(
        source("x", selectors="{row: li}"), [(6, 17, "unknown key `row`, expected perhaps `rows`")]
    ),
    "selector a list": Case(source("y", selectors="{rows: [li]}"), [(6, 23, "`rows` is a list")]),
    "expectation unknown": Case(source("z", expects="{dayz: 3}"), [(6, 15, "unknown key `dayz`")]),
    "expectation negative": Case(source("aa", expects="{days: -3}"), [(6, 21, "more than 0")]),
    "an anchor": Case(source("ab", note="&here 备注"), [(6, 11, "an anchor `&here`")]),
    "an alias": Case(source("ac", note="*here"), [(6, 11, "an alias `*here`")]),
    "a tag": Case(source("ad", note="!!str 备注"), [(6, 11, "a tag `")]),
    "a merge key": Case(source("ae") + "    <<: {note: 备注}\n", [(6, 5, "a merge key")]),
    "an unseen character by escape": Case(source("af", note='"a\\u200bb"'), [(6, 11, "U+200B")]),
    "two faults in one entry": Case(
        source("ag", agency="xx", kind="x"), [(2, 13, "unknown agency `xx`"), (6, 11, "`kind` is `x`")]
    ),
    "keys missing": Case(
        "  - id: jyt-ah\n    agency: jyt\n", [(1, 5, "missing key `name`"), (1, 5, "missing key `address`")]
    ),
    "no mapping": Case(
        "  - jyt-ai\n", [(1, 5, "an entry of `sources` is `jyt-ai`, expected keys and values")]
    ),
}

AGENCIES = {
    "key with a hyphen": Case(
        "  - {key: a-b, name: 甲, group: office, level: province}\n", [(1, 11, "`key` is `a-b`")]
    ),
    "key twice": Case(
        "  - {key: jyt, name: 甲, group: office, level: province}\n", [(1, 11, "stands twice")]
    ),
    "group unknown": Case(
        "  - {key: b, name: 乙, group: 部门, level: province}\n", [(1, 30, "`group` is `部门`")]
    ),
    "level unknown": Case(
        "  - {key: c, name: 丙, group: office, level: provinc}\n", [(1, 45, "perhaps `province`")]
    ),
    "responsible unknown": Case(
        "  - {key: d, name: 丁, group: office, level: county, responsible: {fax: 1}}\n",
        [(1, 67, "unknown key `fax`, expected one of contact, phone, post")],
    ),
    "name of two lines": Case(
        '  - {key: e, name: "甲\\n乙", group: office, level: county}\n', [(1, 20, "expected one line")]
    ),
}

NETWORKS = {
    "no reason": Case("  - network: 10.0.0.0/8\n", [(1, 5, "missing key `reason`")]),
    "link-local": Case("  - {network: 169.254.0.0/16, reason: 试}\n", [(1, 15, "link-local or metadata")]),
    "a part of link-local": Case("  - {network: 169.254.169.254, reason: 试}\n", [(1, 15, "link-local")]),
    "everything": Case("  - {network: 0.0.0.0/0, reason: 试}\n", [(1, 15, "takes in 169.254.0.0/16")]),
    "link-local IPv6": Case("  - {network: 'fe80::/64', reason: 试}\n", [(1, 15, "takes in fe80::/10")]),
    "metadata": Case("  - {network: 100.100.100.200/32, reason: 试}\n", [(1, 15, "100.100.100.200/32")]),
    "metadata of Azure": Case("  - {network: 168.63.129.0/24, reason: 试}\n", [(1, 15, "168.63.129.16/32")]),
    "metadata of Oracle": Case("  - {network: 192.0.0.0/24, reason: 试}\n", [(1, 15, "192.0.0.192/32")]),
    "metadata IPv6": Case("  - {network: 'fd00::/8', reason: 试}\n", [(1, 15, "fd00:ec2::254/128")]),
    "carried IPv4": Case(
        "  - {network: '::ffff:169.254.0.0/112', reason: 试}\n", [(1, 15, "carries IPv4 addresses")]
    ),
    "host bits": Case("  - {network: 127.0.0.1/8, reason: 试}\n", [(1, 15, "has host bits set")]),
}

RULES = {
    "column unknown": Case(
        "  - {column: bm, name: 规则, when: {title: 通知}}\n", [(1, 14, "unknown column `bm`")]
    ),
    "no condition": Case("  - {column: bmdt, name: 规则, when: {}}\n", [(1, 36, "at least one condition")]),
    "condition unknown": Case(
        "  - {column: bmdt, name: 规则, when: {titel: 通知}}\n",
        [(1, 37, "unknown key `titel`, expected perhaps")],
    ),
    "group unknown": Case(
        "  - {column: bmdt, name: 规则, when: {group: [office, town]}}\n", [(1, 53, "`group` is `town`")]
    ),
    "agency unknown": Case(
        "  - {column: bmdt, name: 规则, when: {agency: jxt}}\n", [(1, 45, "unknown agency `jxt`")]
    ),
    "source unknown": Case(
        "  - {column: bmdt, name: 规则, when: {source: [jyt-none]}}\n", [(1, 46, "unknown source `jyt-none`")]
    ),
    "too sure": Case(
        "  - {column: bmdt, name: 规则, probability: 1.5, when: {title: 通}}\n", [(1, 43, "1 or less")]
    ),
}

DUTIES = {
    "agency unknown": Case("  - {column: bmdt, agency: jxt}\n", [(1, 28, "unknown agency `jxt`")]),
    "column unknown": Case("  - {column: bm, agency: jyt}\n", [(1, 14, "unknown column `bm`")]),
    "share unknown": Case("  - {column: bmdt, agency: jyt, share: 主办}\n", [(1, 40, "lead, support")]),
    "no such day": Case("  - {column: bmdt, agency: jyt, starts: 2026-02-30}\n", [(1, 41, "2026-02-30")]),
    "ends before it starts": Case(
        "  - {column: bmdt, agency: jyt, starts: 2026-02-03, ends: 2026-02-02}\n", [(1, 59, "no day before")]
    ),
}

COLUMNS = {
    "key twice": Case(COLUMN.split("columns:\n")[1], [(1, 14, "the column key `bmdt` stands twice")]),
    "slug twice": Case(
        COLUMN.split("columns:\n")[1].replace("key: bmdt", "key: other") + "        slug: bmdt\n",
        [(6, 15, "the slug `bmdt` stands twice")],
    ),
    "slug with a stroke": Case(
        COLUMN.split("columns:\n")[1].replace("key: bmdt", "key: third") + "        slug: a/b\n",
        [(6, 15, "small letters, digits and single hyphens")],
    ),
    "four reviews": Case(
        COLUMN.split("columns:\n")[1].replace("key: bmdt", "key: fourth") + "        reviews: 4\n",
        [(6, 18, "`reviews` is `4`, expected one of 1, 2, 3")],
    ),
    "zone written": Case(
        COLUMN.split("columns:\n")[1].replace("key: bmdt", "key: fifth") + "        zone: dongtai\n",
        [(6, 9, "unknown key `zone`, expected none")],
    ),
}

SETTINGS = {
    "a pattern that is none": Case("  index_number_pattern: '[0-9'\n", [(1, 25, "a regular expression")]),
    "no rows": Case("  page_size: 0\n", [(1, 14, "more than 0")]),
    "an empty name": Case("  '': 1\n", [(1, 3, "unknown key ``")]),
}

IDENTITIES = {
    "code too short": ("site_id_code: 6300000000", "site_id_code: 63000", 17, "the ten digits"),
    "address with a query": (
        "base_url: https://www.example.gov.cn",
        "base_url: https://x.cn/?a",
        13,
        "without `?`",
    ),
    "contact in Chinese": ("crawler_contact: portal@example.gov.cn", "crawler_contact: 办公厅", 20, "ASCII"),
    "name empty": ("  name: 中国青海", "  name:", 1, "`name` is empty"),
}


def write(folder: Path, sources: str = AGENCY, portal: str = IDENTITY + COLUMN) -> Paths:
    (folder / "sources.yaml").write_text(sources, encoding="utf-8")
    (folder / "portal.yaml").write_text(portal, encoding="utf-8")
    return Paths.from_env({}, folder)


def place(head: str, cases: list[Case]) -> tuple[str, list[tuple[int, int, str]]]:
    """Put pieces below a head; hand out the text, and the faults with their lines in it."""
    text, expected = head, []
    for case in cases:
        above = text.count("\n")
        expected += [(above + line, column, words) for line, column, words in case.faults]
        text += case.text
    return text, expected


def assert_named(faults: list[Fault], expected: list[tuple[int, int, str]], file: str) -> None:
    """Each expected fault is named where it stands, and nothing else is."""
    told = [fault for fault in faults if fault.file.endswith(file)]
    unnamed = [
        (line, column, words)
        for line, column, words in expected
        if not any((f.line, f.column) == (line, column) and words in f.message for f in told)
    ]
    assert not unnamed, "\n".join(map(str, told))
    assert len(told) == len(expected), "\n".join(map(str, told))


HEADS = {
    "sources": ("sources.yaml", AGENCY + "sources:\n", SOURCES),
    "agencies": ("sources.yaml", AGENCY, AGENCIES),
    "networks": ("sources.yaml", AGENCY + "allow_networks:\n", NETWORKS),
    "rules": ("portal.yaml", IDENTITY + COLUMN + "rules:\n", RULES),
    "duties": ("portal.yaml", IDENTITY + COLUMN + "duties:\n", DUTIES),
    "columns": ("portal.yaml", IDENTITY + COLUMN, COLUMNS),
    "settings": ("portal.yaml", IDENTITY + COLUMN + "settings:\n", SETTINGS),
}


@pytest.mark.parametrize(
    ("part", "name"), [(part, name) for part, (_, _, cases) in HEADS.items() for name in cases]
)
def test_a_fault_is_named_at_its_line_and_column(tmp_path: Path, part: str, name: str) -> None:
    file, head, cases = HEADS[part]
    text, expected = place(head, [cases[name]])
    paths = write(tmp_path, **{file.removesuffix(".yaml"): text})
    assert_named(check_both(paths), expected, file)


@pytest.mark.parametrize("name", IDENTITIES)
def test_a_fault_of_the_identity_is_named(tmp_path: Path, name: str) -> None:
    usual, faulty, column, words = IDENTITIES[name]
    head, _, _ = IDENTITY.partition(usual)
    line = head.count("\n") + 1
    if name == "name empty":
        line, column = line + 1, 3  # where the value would stand: at the next key
    paths = write(tmp_path, portal=IDENTITY.replace(usual, faulty) + COLUMN)
    assert_named(check_both(paths), [(line, column, words)], "portal.yaml")


def test_all_faults_of_both_files_are_named_at_once(tmp_path: Path) -> None:
    text, expected = place(AGENCY, list(AGENCIES.values()))
    for key, cases in (("allow_networks:\n", NETWORKS), ("sources:\n", SOURCES)):
        text, more = place(text + key, list(cases.values()))
        expected += more
    columns, of_portal = place(IDENTITY + COLUMN, list(COLUMNS.values()))
    for key, cases in (("rules:\n", RULES), ("duties:\n", DUTIES), ("settings:\n", SETTINGS)):
        columns, more = place(columns + key, list(cases.values()))
        of_portal += more
    faults = check_both(write(tmp_path, text, columns))
    assert_named(faults, expected, "sources.yaml")
    assert_named(faults, of_portal, "portal.yaml")
    assert len(faults) > 60
    assert faults == sorted(faults)


def test_one_address_of_two_sources_is_a_fault_however_it_is_written(tmp_path: Path) -> None:
    text = AGENCY + "sources:\n" + source("a") + source("b", address="http://JYT.example.gov.cn/a/#top")
    assert_named(check_both(write(tmp_path, text)), [(15, 14, "it is also on line 10")], "sources.yaml")


def test_loading_raises_with_every_fault_of_the_file(tmp_path: Path) -> None:
    paths = write(tmp_path, AGENCY + "sources:\n" + source("a", kind="x") + source("b", every="x"))
    with pytest.raises(ConfigurationError) as caught:
        load_sources(paths.sources)
    assert [(fault.line, fault.column) for fault in caught.value.faults] == [(12, 11), (18, 12)]
    assert str(caught.value).startswith(f"{paths.sources}:12:11: `kind` is `x`, expected one of ")
    assert caught.value.exit_code == 2


def test_loading_both_raises_with_the_faults_of_both(tmp_path: Path) -> None:
    paths = write(tmp_path)
    sources, portal = load_both(paths)
    assert (sources.agencies[0].key, portal.columns[0].key) == ("jyt", "bmdt")
    faulty = write(tmp_path, AGENCY + "sources:\n" + source("a", kind="x"), IDENTITY + COLUMN + "rule: []\n")
    with pytest.raises(ConfigurationError) as caught:
        load_both(faulty)
    assert [fault.file.rpartition("/")[2] for fault in caught.value.faults] == ["portal.yaml", "sources.yaml"]


def test_an_unreadable_portal_does_not_make_its_names_unknown(tmp_path: Path) -> None:
    text = AGENCY + "sources:\n" + source("a", column="bmdt")
    faults = check_both(write(tmp_path, text, "zones: [\n"))
    assert [fault.file.rpartition("/")[2] for fault in faults] == ["portal.yaml"]


def test_a_missing_file_is_a_fault_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        load_portal(tmp_path / "portal.yaml")
    with pytest.raises(ConfigurationError, match="Is a directory"):
        load_sources(tmp_path)
