"""What changed at the source, as editors read it: word by word, whole words, nothing left out or made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.difference import Piece, compare_forms, compare_words, fold_same
from store.forms import EMPTY

WORDS = st.text(alphabet="会议于召开通知2026年 a1，。", max_size=60)


@given(old=WORDS, new=WORDS)
def test_both_texts_can_be_read_out_of_their_difference(old: str, new: str) -> None:
    pieces = compare_words(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind in ("same", "gone")) == old
    assert "".join(piece.text for piece in pieces if piece.kind in ("same", "new")) == new


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("会议于3月5日召开。", "会议于3月15日召开。", "=会议于3月|-5|+15|=日召开。"),
        ("共投入1.2亿元", "共投入1.25亿元", "=共投入|-1.2|+1.25|=亿元"),
        ("省教育厅厅长张某", "省教育厅副厅长李某", "=省教育厅|-厅长张|+副厅长李|=某"),
        ("", "新的", "+新的"),
    ],
)
def test_a_change_is_shown_by_whole_words(old: str, new: str, shown: str) -> None:
    signs = {"same": "=", "gone": "-", "new": "+"}
    assert "|".join(signs[one.kind] + one.text for one in compare_words(old, new)) == shown


def test_title_fields_body_and_attachments() -> None:
    old = {
        **EMPTY,
        "title": "关于放假的通知",
        "published": "2026-11-04",
        "html": "<p>第一段。</p><p>第二段，共十项。</p>",
        "attachments": [
            {"name": "名录.xlsx", "path": "/files/aa/1.xlsx", "bytes": 2048},
            {"name": "旧表.pdf", "path": "/files/aa/2.pdf", "bytes": 1024},
        ],
    }
    new = {
        **old,
        "title": "关于调休的通知",
        "published": "2026-11-05T09:30",
        "html": "<p>第一段。</p><p>第二段，共十二项。</p>",
        "attachments": [{"name": "名录.xlsx", "path": "/files/bb/1.xlsx", "bytes": 4096}],
    }
    changes = {change.field: change.pieces for change in compare_forms(old, new)}
    assert set(changes) == {"title", "published", "html", "attachments"}
    assert Piece("new", "二") in changes["html"]
    assert changes["attachments"] == (
        Piece("gone", "名录.xlsx（2 KB）"),
        Piece("new", "名录.xlsx（4 KB，内容换了）"),
        Piece("gone", "旧表.pdf（1 KB）"),
    )
    assert compare_forms(old, old) == ()


def test_markup_alone_is_said_to_be_markup() -> None:
    old, new = {**EMPTY, "html": "<p>同样的字</p>"}, {**EMPTY, "html": "<p><strong>同样的字</strong></p>"}
    ((change,),) = [compare_forms(old, new)]
    assert "文字没有变" in change.pieces[0].text


def test_what_stayed_is_folded_away_from_the_changes() -> None:
    long = "没有改动的一段话" * 20
    pieces = fold_same([Piece("same", long), Piece("gone", "旧"), Piece("new", "新"), Piece("same", long)])
    assert [one.kind for one in pieces] == ["fold", "same", "gone", "new", "same", "fold"]
    assert all(len(one.text) <= 12 for one in pieces)


def test_a_long_text_is_compared_in_good_time() -> None:
    old = "".join(f"第{n}段落的内容各不相同。" for n in range(3000))
    pieces = compare_words(old, old[::-1])
    assert [one.kind for one in pieces] == ["gone", "new"]
