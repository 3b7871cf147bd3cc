"""What sources.yaml says of a list: each fault is named at its place, and what holds reaches the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from errors import ConfigurationError
from reading.page import JsonPaths, Paging
from sources import Sources, load_sources
from spiders.hints import make_hints

HEAD = """agencies:
  - {key: jyt, name: 样例省教育厅, group: department, level: province, site_name: 样例教育网}
sources:
  - id: jyt-a
    agency: jyt
    name: 通知公告
    address: https://jyt.example.gov.cn/maps/sitemap.xml
"""


def load(folder: Path, lines: str) -> Sources:
    path = folder / "sources.yaml"
    path.write_text(HEAD + "".join(f"    {line}\n" for line in lines.splitlines()), encoding="utf-8")
    return load_sources(path)


@pytest.mark.parametrize(
    ("lines", "places", "words"),
    [
        ("kind: jsonp", [(8, 11)], "expected perhaps `json`"),
        ("kind: json\npaths: {rows: data..list}", [(9, 19)], "such as data.list"),
        ("kind: json\npaths: {rows: 'data[0]'}", [(9, 19)], "such as data.list"),
        ("kind: json\npaths: {titel: t}", [(9, 13)], "expected perhaps `title`"),
        ("kind: json\npaths: {link: '/view/{id'}", [(9, 19)], "/view/{id}.html"),
        ("kind: json\npaths: data.list", [(9, 12)], "expected keys and values"),
        ("paths: {rows: list}", [(8, 12)], "expected `kind: json`"),
        ("kind: html\nunder: /a/", [(9, 12)], "expected `kind: sitemap`"),
        ("kind: sitemap\nunder: [/a/, b/]", [(9, 18)], "expected a path such as /zwgk/tzgg/"),
        ("paging: {first: 2}", [(8, 13)], "either `param` or `pattern`"),
        ("paging: {param: p, pattern: 'l_{n}.html'}", [(8, 13)], "either `param` or `pattern`"),
        ("paging: {param: p, step: 0}", [(8, 13)], "a `step` that is not 0"),
        ("paging: {param: 'a b'}", [(8, 21)], "such as pageNo"),
        ("paging: {pattern: list.html}", [(8, 23)], "`{n}` once"),
        ("paging: {pattern: '{n}_{n}.html'}", [(8, 23)], "`{n}` once"),
        ("paging: {param: p, first: -1}", [(8, 31)], "0 or more"),
        ("paging: {param: p, step: 1.5}", [(8, 30)], "by how much the number grows"),
        ("paging: {param: p, offset: 3}", [(8, 24)], "unknown key `offset`"),
    ],
)
def test_a_fault_is_named_at_its_place(
    tmp_path: Path, lines: str, places: list[tuple[int, int]], words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, lines)
    assert [(fault.line, fault.column) for fault in caught.value.faults] == places
    assert words in str(caught.value.faults[0])


def test_what_ops_say_reaches_the_reader(tmp_path: Path) -> None:
    said = "paths: {rows: data.0.list, link: '/view/{id}.html'}\npaging: {param: start, first: 0, step: 20}"
    hints = make_hints(load(tmp_path, f"kind: json\n{said}").sources[0], "样例教育网")
    assert (hints.kind, hints.site_name) == ("json", "样例教育网")
    assert hints.paths == JsonPaths(rows="data.0.list", link="/view/{id}.html")
    assert hints.paging == Paging(param="start", first=0, step=20)


def test_a_sitemap_is_read_under_its_own_folder_unless_ops_say_otherwise(tmp_path: Path) -> None:
    plain = make_hints(load(tmp_path, "kind: sitemap").sources[0], None)
    assert plain.under == ("https://jyt.example.gov.cn/maps/",)
    assert make_hints(load(tmp_path, "kind: sitemap\nunder: /tzgg/").sources[0], None).under == ("/tzgg/",)
