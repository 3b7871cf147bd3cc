"""Listed words are found however they are split, in every field; clean items stay clean."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from splits import TRAPS, WAYS, WORDS, make_mixed, make_splits

from demo.province import make_province
from pipelines.allowing import find_allowed
from pipelines.documents import DocumentReader
from pipelines.screen import Screened, screen_texts
from pipelines.screening import screen_form
from portal import Portal
from sample import NOW
from store.allowances import Allowance
from store.forms import EMPTY
from store.items import Found
from wordlists import Listed, Lists

LISTS = Lists(words=tuple(Listed(word, "样例词表", "confirm") for word in WORDS), version="sample")


def _find(text: str, markup: bool) -> set[str]:
    found = screen_texts([Screened("body", text, markup=markup)], LISTS)
    return {one.words or "" for one in found if one.rule == "word"}


def _share(count: int) -> tuple[float, Counter[str]]:
    missed: Counter[str] = Counter()
    splits = [*make_splits(count), *make_mixed(count)]
    for one in splits:
        if not _find(one.text, one.markup):
            missed[one.way] += 1
    return 1 - sum(missed.values()) / len(splits), missed


def test_a_word_split_in_each_of_twelve_ways_is_found() -> None:
    share, missed = _share(150)
    assert len(WAYS) == 12
    assert share >= 0.99, missed
    assert all(count <= 2 for count in missed.values()), missed


@pytest.mark.soak
def test_a_word_split_in_each_of_twelve_ways_is_found_in_full_counts() -> None:
    share, missed = _share(3_000)
    assert share >= 0.99, missed


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("around", ["", "检查组要求各学校建立台账，逐项整改。" * 30])
def test_what_only_looks_like_it_is_nothing(trap: str, around: str) -> None:
    assert screen_texts([Screened("body", f"{around}{trap}{around}")], LISTS) == []
    assert screen_texts([Screened("body", f"<p>{around}</p><p>{trap}</p>", markup=True)], LISTS) == []


def test_clean_items_have_no_false_finding() -> None:
    province = make_province(date(2026, 11, 21), agencies=60, items=1_000)
    clean = [truth for truth in province.truths() if truth.outcome == "item"][:1_000]
    false = []
    for number, one in enumerate(clean):
        lines = [*one.sentences, TRAPS[number % len(TRAPS)]]
        texts = [
            Screened("title", one.title, short=True),
            Screened("body", "".join(f"<p>{line}</p>" for line in lines), markup=True),
        ]
        false += screen_texts(texts, LISTS)
    assert len(clean) >= 900
    assert len(false) <= 1, [(one.rule, one.span) for one in false]


@pytest.mark.parametrize("field", ["title", "credit", "author", "summary", "topic", "issuer", "doc_number"])
def test_every_field_is_looked_at(portal: Portal, tmp_path: Path, field: str) -> None:
    form = {**EMPTY, "title": "标题", field: "关于机\u200b密★的"}
    assert [one.field for one in _screen(form, portal, tmp_path).found] == [field]


def test_alternatives_of_images_titles_of_links_and_names_of_files_are_looked_at(
    portal: Portal, tmp_path: Path
) -> None:
    form = {
        **EMPTY,
        "title": "标题",
        "html": '<p><img src="/x" alt="绝密"></p>',
        "images": [{"alt": "机密★"}],
    }
    checked = _screen(form, portal, tmp_path, '<a href="/" title="秘密★">下载</a>')
    assert [one.words for one in checked.found] == ["机密★", "绝密", "秘密★"]
    assert {one.field for one in checked.found} == {"images"}


def _screen(form: dict[str, object], portal: Portal, home: Path, markup: str = ""):  # type: ignore[no-untyped-def]
    with DocumentReader() as reader:
        return screen_form(form, "", home, reader, NOW, portal, ("样例省教育厅",), markup)


def test_a_finding_names_the_very_words_and_what_is_around_them() -> None:
    (one,) = screen_texts(
        [Screened("body", "<p>会上提到<b>雪線</b>條&#32004;一事。</p>", markup=True)], LISTS
    )
    assert one.words == "雪線條約"
    assert one.span == "会上提到雪線條約一事。"
    assert one.told == "样例词表"


def test_a_word_means_nothing_in_the_phrases_of_its_list() -> None:
    lists = Lists(words=(Listed("独家", "词表", "confirm", ("独家院落",)),), version="x")
    assert not screen_texts([Screened("body", "一处独家院落")], lists)
    assert [one.words for one in screen_texts([Screened("body", "独家院落里独家供应")], lists)] == ["独家"]


def test_a_wrong_name_is_told_with_its_right_form() -> None:
    lists = Lists(words=(Listed("云湖地区", "", "confirm", (), None, "云湖州"),), version="x")
    (one,) = screen_texts([Screened("body", "雲湖地區召开会议")], lists)
    assert (one.rule, one.level, one.words) == ("wrong-name", "confirm", "雲湖地區")
    assert one.told == "应为“云湖州”"


def test_each_use_of_a_word_is_a_finding_of_its_own() -> None:
    text = (
        "独家院落很多。" + "各地情况不同，" * 5 + "独家供应不行，" + "各地情况不同，" * 5 + "独家供应不行，"
    )
    lists = Lists(words=(Listed("独家", "词表", "confirm"),), version="x")
    found = screen_texts([Screened("body", text)], lists)
    assert ["院落" in one.span for one in found] == [True, False]


@pytest.mark.parametrize(
    ("span", "allowed"),
    [("一处独家院落开放", 7), ("一处独家供应", None), ("独家院落里独家供应", None), ("独家 院落", 7)],
)
def test_an_allowance_is_of_the_word_with_what_is_around_it(span: str, allowed: int | None) -> None:
    allowance = Allowance(1, "word", "独家院落", "民居", "chi", NOW, 7)
    assert find_allowed(Found("word", "1", "confirm", "body", span, "独家"), [allowance]) == allowed
    assert find_allowed(Found("wrong-name", "1", "confirm", "body", span, "独家"), [allowance]) is None
