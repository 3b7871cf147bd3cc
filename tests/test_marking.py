"""Numbers in the preview: at the words, at the whole value, across tags; nothing else of the page changes."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.marking import Spot, mark_page

PAGE = (
    "<!doctype html><html><head><title>t</title></head><body><article class='art'><h1>关于某事的通知</h1>"
    "<dl class='meta'><div><dt>来源</dt><dd>省教育厅</dd></div><div><dt>原文发布</dt>"
    "<dd><time>2026-11-04</time></dd></div></dl><div class='body'>%s</div></article></body></html>"
)


def _mark(body: str, *spots: Spot) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(mark_page(PAGE % body, spots, "/static/marks.css"))


def _marked(root: lxml.html.HtmlElement, number: int) -> str:
    found = root.xpath(f"//span[@data-mark='{number}']")
    return "".join("".join(one.itertext()) for one in found)


@pytest.mark.parametrize(
    ("field", "words", "marked"),
    [
        ("body", "内部资料", "内部资料1"),
        ("body", "内部 资料", "内部资料1"),
        ("body", "注意保存", "注意保存1"),  # split by a tag
        ("title", "某事", "某事1"),
        ("published", "", "2026-11-041"),
        ("credit", "", "省教育厅1"),
        ("topic", "", ""),  # the page does not show it
    ],
)
def test_what_is_marked(field: str, words: str, marked: str) -> None:
    root = _mark("<p>前面是内部资料，后面是<b>注意</b>保存的。</p>", Spot(1, field, words, "red"))
    assert _marked(root, 1) == marked
    assert len(root.xpath("//*[@id='m1']")) == bool(marked)


def test_two_at_one_place_have_two_numbers() -> None:
    spots = (Spot(1, "body", "内部资料", "red"), Spot(2, "body", "", "warn"), Spot(3, "body", "资料", "note"))
    root = _mark("<p>这是内部资料。</p>", *spots)
    assert len(root.xpath("//*[@id='m1']")) == len(root.xpath("//*[@id='m2']")) == 1
    assert _marked(root, 1) == "内部资料1"


def test_what_was_escaped_stays_escaped() -> None:
    body = "<p>&lt;script&gt;alert(1)&lt;/script&gt; &lt;img src=x onerror=alert(2)&gt;内部资料</p>"
    page = mark_page(PAGE % body, [Spot(1, "body", "<script>alert(1)</script>", "red")], "/static/marks.css")
    root = lxml.html.document_fromstring(page)
    assert not root.xpath("//script|//img")
    assert "alert(1)" in _marked(root, 1)


WORDS = st.text(alphabet="内部资料 注意保存a<&", max_size=12)


@given(
    words=WORDS, parts=st.lists(WORDS, max_size=5), field=st.sampled_from(["body", "title", "credit", "x"])
)
def test_without_its_numbers_the_page_says_what_it_said(words: str, parts: list[str], field: str) -> None:
    from html import escape

    body = "".join(f"<p>{escape(part)}<b>{escape(part[::-1])}</b></p>" for part in parts)
    plain = "".join(map(str, lxml.html.document_fromstring(PAGE % body).itertext()))
    root = _mark(body, Spot(1, field, words, "red"), Spot(2, "published", "", "warn"))
    for number in root.xpath("//span[@data-mark]/sup"):
        number.drop_tree()
    assert "".join(root.itertext()) == plain
