"""Addresses: whole against their page, one form for one page, nothing that leads elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import ReadingError
from reading.address import canonical, join

PAGE = "http://www.example.gov.cn/a/b/c.html"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("../x.html", "http://www.example.gov.cn/a/x.html"),
        ("./t20261105_1.html#top", "http://www.example.gov.cn/a/b/t20261105_1.html"),
        ("?p=2", "http://www.example.gov.cn/a/b/c.html?p=2"),
        ("//h.example/x", "http://h.example/x"),
        ("\\x\\y.html", "http://www.example.gov.cn/x/y.html"),
        (" x.html\n", "http://www.example.gov.cn/a/b/x.html"),
        ("附件 1.doc", "http://www.example.gov.cn/a/b/附件%201.doc"),
        ("http://other.example", "http://other.example/"),
        ("", None),
        ("#", None),
        ("javascript:void(0)", None),
        ("java\nscript:alert(1)", None),
        (" JavaScript:alert(1)", None),
        ("mailto:a@b.c", None),
        ("ftp://x/y", None),
        ("data:text/html,x", None),
        ("http://good@evil/", None),
        ("http://[::1", None),
        ("http://a:99999999/", None),
        (None, None),
    ],
)
def test_links_are_joined_or_none(href: str | None, expected: str | None) -> None:
    assert join(PAGE, href) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Www.Example.GOV.cn:80/a/../b/./c.html#f", "http://www.example.gov.cn/b/c.html"),
        ("https://h.cn", "https://h.cn/"),
        ("https://h.cn:8443/", "https://h.cn:8443/"),
        ("http://h.cn/a;jsessionid=AA12?b=1&spm=a.b&utm_source=x", "http://h.cn/a?b=1"),
        ("http://h.cn/%7ea%2f%e4", "http://h.cn/~a%2F%E4"),
        ("http://h.cn/路?q=词 语", "http://h.cn/%E8%B7%AF?q=%E8%AF%8D%20%E8%AF%AD"),
        ("http://中文.cn/", "http://xn--fiq228c.cn/"),
        ("http://h.cn/a?", "http://h.cn/a"),
    ],
)
def test_one_form(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url", ["", "x.html", "ftp://h/x", "http://", "http://a@b/", "http://[::1", "javascript:1"]
)
def test_what_is_no_address_is_named(url: str) -> None:
    with pytest.raises(ReadingError):
        canonical(url)


@given(st.text(max_size=60))
def test_the_one_form_is_stable(path: str) -> None:
    try:
        once = canonical(f"http://h.cn/{path}")
    except ReadingError:
        return
    assert canonical(once) == once


@given(st.text(max_size=60))
def test_joining_never_raises_and_stays_on_the_web(href: str) -> None:
    link = join(PAGE, href)
    assert link is None or link.startswith(("http://", "https://"))
