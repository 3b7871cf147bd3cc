"""Tables on the portal: those that say something stay, those that only place a text are read as text."""

from __future__ import annotations

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shown import parse

from publish.body import arrange_body
from publish.search_terms import read_text

FILE = "/files/ab/ab" + "0" * 62


@pytest.mark.parametrize(
    ("cells", "body"),
    [
        ("<tr><td></td></tr><tr><td>　　甲<br>　　<b>乙</b>丙<br></td></tr>", "<p>甲</p><p><b>乙</b>丙</p>"),
        ("<tr><td class=center>甲</td></tr>", '<p class="center">甲</p>'),
        (
            "<tr><td><p>甲</p><p>乙</p></td></tr><tr><td>丙</td></tr>",
            "<p>甲</p><p>乙</p><p>丙</p>",
        ),
        (
            "<tr><td><table><tr><td>甲<br>乙</td></tr></table></td></tr>",
            "<p>甲</p><p>乙</p>",
        ),
        (f"<tr><td><img src='{FILE}.png' alt=图></td></tr>", f'<p><img src="{FILE}.png" alt="图" '),
        ("<tr><td> </td></tr>", ""),
    ],
)
def test_a_table_that_only_places_the_text_is_read_as_text(cells: str, body: str) -> None:
    made = arrange_body(f"前<table><tbody>{cells}</tbody></table>后", {})
    assert made.startswith(f"<p>前</p>{body}")
    assert made.endswith("<p>后</p>")
    assert len(parse(f"<div>{made}</div>").xpath("//p[text()='前' or text()='后']")) == 2
    assert "<table" not in made


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        ("　　甲<br>　　乙<b>丙</b><br><br>", "<p>甲</p><p>乙<b>丙</b></p>"),
        ("甲<p>乙<br>丙</p>丁", "<p>甲</p><p>乙<br>丙</p><p>丁</p>"),
        ("<div>甲<br>乙</div>", "<div><p>甲</p><p>乙</p></div>"),
        ('<div class="right">甲</div>', '<div class="right"><p>甲</p></div>'),
        ("<ul><li>甲<br>乙</li></ul>", "<ul><li>甲<br>乙</li></ul>"),
        ("<p>甲</p>\n<h2>乙</h2>\n", "<p>甲</p>\n<h2>乙</h2>\n"),
        ('<p>甲</p><a href="https://a.cn/">乙</a>', '<p>甲</p><p><a href="https://a.cn/">乙</a></p>'),
    ],
)
def test_bare_lines_are_paragraphs(lines: str, body: str) -> None:
    assert arrange_body(lines, {}) == body


@pytest.mark.parametrize(
    "cells",
    [
        "<tr><td>甲</td><td>1</td></tr>",
        "<tr><td>甲<br>乙</td><td></td></tr>",
        "<tr><td>甲县</td></tr><tr><td>乙县</td></tr>",
        "<tr><th>名单</th></tr><tr><td>甲<br>乙</td></tr>",
        "<caption>名单</caption><tr><td>甲<br>乙</td></tr>",
    ],
)
def test_a_table_that_says_something_stays_one(cells: str) -> None:
    assert arrange_body(f"<table>{cells}</table>", {}).count("<table>") == 1


leaf = st.sampled_from(["甲", "乙丙", " ", "<br>", "<b>丁</b>", "戊<br>己"])
named = st.sampled_from([*"p div li ul blockquote span table tr td h2".split(), 'div class="right"'])  # noqa: SIM905
TAGS = {"p", "div", "li", "ul", "blockquote", "span", "table", "tbody", "tr", "td", "br", "b", "h2"}


def wrap(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def write(tag: str, parts: list[str]) -> str:
        return f"<{tag}>{''.join(parts)}</{tag.split()[0]}>"

    return st.builds(write, named, st.lists(inner, max_size=3))


def cut(html: str) -> list[str]:
    """The lines of a page as the search knows them."""
    return ["".join(line.split()) for line in read_text(html).split("\n") if line.strip()]


@given(st.lists(st.recursive(leaf, wrap, max_leaves=10), max_size=4).map("".join))
@settings(deadline=None)
def test_the_search_finds_on_the_page_every_line_that_it_knows_of_the_form(html: str) -> None:
    form = nh3.clean(html, tags=TAGS, attributes={}, allowed_classes={"div": {"right"}})
    assert cut(str(arrange_body(form, {}))) == cut(form)


def test_tables_scroll_by_themselves_and_headings_stand_below_the_title() -> None:
    body = arrange_body("<h1>一</h1><table><tr><td>1</td><td>2</td></tr></table>尾", {})
    root = parse(f"<div>{body}</div>")
    assert [one.tag for one in root.iter("h1", "h2")] == ["h2"]
    region = root.xpath("//div[@class='scroll'][@tabindex='0'][@role='region'][table]")
    assert [one.get("aria-label") for one in region] == ["表格：第 1 个表格，可左右滚动"]
    assert region[0].getnext().text == "尾"
    assert arrange_body("  ", {}) == ""
