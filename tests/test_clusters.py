"""What tells the same is shown together, what only looks alike is not, and nothing is ever dropped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import COPIES, make_pairs

from pipelines.cluster_guard import Traits, compare
from pipelines.cluster_original import Telling, choose_original, rank
from pipelines.cluster_signature import find_bands, sign_words
from pipelines.cluster_tokens import read_numeral, tokenize
from pipelines.dedupe import core_title, find_number, squash
from pipelines.messages import PageRead
from sample import BODY, NOTICE, STORY
from sources import Agency

MakePage = Callable[..., PageRead]
XN = "http://xn.example.gov.cn/yw/{}.html"
LINE = "编者按：此项工作与我地群众关系密切，现转发如下，供各单位参考借鉴。"


# --- thousands of pairs ---


def measure(count: int, seed: int) -> dict[tuple[bool, str], float]:
    """Give the share judged right of each kind of pair; found is a candidate that the guard let through."""
    right: dict[tuple[bool, str], list[bool]] = {}
    for pair in make_pairs(count, seed):
        joined = bool(_bands(pair.one) & _bands(pair.other)) and compare(pair.one, pair.other).together
        right.setdefault((pair.together, pair.kind), []).append(joined is pair.together)
    return {kind: sum(found) / len(found) for kind, found in right.items()}


def _bands(one: Traits) -> set[tuple[int, int]]:
    return set(find_bands(squash(one.text), one.core, one.number))


def check_bars(shares: dict[tuple[bool, str], float]) -> None:
    for kind in COPIES:
        assert shares[True, kind] >= (0.9 if kind == "cut third" else 0.99), (kind, shares)
    assert shares[False, "number"] == 1.0
    for (together, kind), share in shares.items():
        assert together or share >= 0.95, (kind, shares)


def test_copies_are_found_and_fillings_of_one_template_stay_apart() -> None:
    check_bars(measure(2200, seed=1))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 8))
def test_copies_are_found_whatever_the_chance(seed: int) -> None:
    check_bars(measure(4400, seed))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_guard_says_the_same_either_way_round(seed: int) -> None:
    for pair in make_pairs(2, seed):
        assert compare(pair.one, pair.other) == compare(pair.other, pair.one)
        assert compare(pair.one, pair.one).together


# --- the four cases that no likeness tells apart ---


def test_a_repost_with_an_editors_line_is_less_alike_than_two_notices_and_yet_the_one_that_is_found() -> None:
    story = Traits("省教育厅开展冬季取暖检查", BODY)
    repost = Traits("省教育厅开展冬季取暖检查", f"{LINE}\n{BODY}")
    one, other = (Traits("封闭施工的通告", NOTICE.format(day=day)) for day in ("11月8日", "11月15日"))
    assert _likeness(story, repost) < _likeness(one, other)
    assert compare(story, repost).together
    verdict = compare(one, other)
    assert not verdict.together
    assert verdict.reason.startswith("同一位置的日期不同")


def _likeness(one: Traits, other: Traits) -> float:
    grams = [{text[at : at + 4] for at in range(len(text) - 3)} for text in (one.text, other.text)]
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


def test_two_notices_of_one_template_with_other_numbers_stay_apart() -> None:
    same = NOTICE.format(day="11月8日")
    numbers = ("示交通告〔2026〕21号", "示交通告〔2026〕22号")
    fields = [Traits("封闭施工的通告", same, doc_number=number) for number in numbers]
    heads = [Traits("封闭施工的通告", f"{number}\n{same}") for number in numbers]
    for one, other in (fields, heads, (fields[0], heads[1])):
        assert compare(one, other).reason == "发文字号不同"
    assert compare(fields[0], heads[0]).together


def test_a_sentence_and_two_attachments_are_told_by_the_attachments() -> None:
    one = Traits("招聘公告", "现将岗位表和登记表予以公布。", files=("a", "b"))
    assert compare(one, Traits("【转发】招聘公告", "现将岗位表和登记表予以公布。", files=("a", "b"))).together
    assert not compare(one, Traits("招聘公告", "现将岗位表和登记表予以公布。", files=("a", "c"))).together
    bare = Traits("招聘公告", "现将岗位表和登记表予以公布。")
    assert compare(bare, bare).reason == "正文太短，不足以判断"


def test_a_clipped_title_is_the_whole_one() -> None:
    title = "省教育厅关于做好冬季取暖安全检查工作有关情况"
    assert compare(Traits(title, BODY), Traits(f"{title[:15]}…", BODY)).together


# --- what the guard says, case by case ---


@pytest.mark.parametrize(
    ("mine", "other", "reason"),
    [
        ({"issuer": "省教育厅"}, {"issuer": "省民政厅"}, "发文机关不同（省教育厅、省民政厅）"),
        ({"agency": "jyt", "index_number": "A-1"}, {"agency": "jyt", "index_number": "A-2"}, "索引号不同"),
        ({"title": "《办法》解读"}, {"title": "关于印发办法的通知"}, "一篇是文件，一篇是解读"),
    ],
)
def test_what_keeps_apart_whatever_the_words(
    mine: dict[str, str], other: dict[str, str], reason: str
) -> None:
    blank = {"title": "冬季取暖检查", "text": STORY}
    verdict = compare(Traits(**{**blank, **mine}), Traits(**{**blank, **other}))  # type: ignore[arg-type]
    assert (verdict.together, verdict.conflict, verdict.reason) == (False, True, reason)


@pytest.mark.parametrize(
    ("before", "after", "together"),
    [
        ("本次检查", "此次检查", True),  # a story of this length may be reworded in a place or two
        ("省教育厅", "省民政厅", False),
        ("月底前", "11月20日前", True),
        ("全省各地", "我省各地", True),
    ],
)
def test_a_story_may_be_reworded_but_not_told_of_another(before: str, after: str, together: bool) -> None:
    title = "冬季取暖检查启动"
    text = "\n".join((BODY, "另悉，有关部门还将组织专题培训，邀请专家授课，帮助基层掌握设备维护知识。" * 9))
    one, other = Traits(title, text), Traits(title, text.replace(before, after))
    assert compare(one, other).together is together


def test_a_round_up_that_quotes_a_brief_is_another_item() -> None:
    others = "".join(f"第{at}条要闻说的是别的事情，与前面一条没有关系，内容各不相同。" for at in range(60))
    verdict = compare(Traits("取暖检查", BODY), Traits("一周要闻", BODY + others))
    assert (verdict.together, verdict.conflict) == (False, False)


def test_a_commentary_that_cites_a_number_stays_apart() -> None:
    document = Traits(
        "关于加强电子政务工作的通知", NOTICE.format(day="8日"), doc_number="青政办〔2005〕116号"
    )
    comment = Traits("认真贯彻电子政务通知精神", f"省政府办公厅印发通知（青政办〔2005〕116号）后，{STORY}")
    assert not compare(document, comment).together


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("2026年11月5日", ["@2026-11-05"]),
        ("二〇二六年十一月五日", ["@2026-11-05"]),
        ("２０２６-１１-５", ["@2026-11-05"]),
        ("十一月五日", ["@-11-05"]),
        ("1,200万元", ["#1200", "#10000", "元"]),
        ("三百二十个", ["#320", "个"]),
        ("K12+300", ["#K12+300"]),
        ("（记者 张三）检查", ["检", "查"]),
        ("来源：示例网\n一、检查", ["检", "查"]),
    ],
)
def test_dates_and_figures_are_one_token_and_by_lines_none(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


@given(st.text(max_size=60))
def test_any_text_can_be_cut_and_signed(text: str) -> None:
    tokenize(text)
    assert all(0 <= value < 2**31 for value in sign_words(squash(text)))


def test_numerals_numbers_and_titles() -> None:
    assert [read_numeral(words) for words in ("一百零五", "两万三千", "十二", "二〇二六")] == [
        105,
        23000,
        12,
        2026,
    ]
    assert core_title("【转发】转载：招聘公告（图）") == core_title("招聘公告…") == "招聘公告"
    assert find_number("省政府文件\n青政办〔2005〕116号\n各市") == "青政办2005116号"
    assert find_number("根据青政办〔2005〕116号文件，") is None


# --- the original ---


def _agency(key: str, group: str, level: str) -> Agency:
    return Agency.model_validate({"key": key, "name": f"样例{key}", "group": group, "level": level})


def test_the_nearest_to_the_origin_is_the_original() -> None:
    own = Telling(9, _agency("jyt", "department", "province"), None, "样例jyt", "2026-11-09")
    ordered = [
        own,
        Telling(8, _agency("ban", "office", "province"), None, "别处", "2026-11-08"),
        Telling(7, _agency("gwy", "office", "central"), None, "别处", "2026-11-07"),
        Telling(6, _agency("ribao", "media", "central"), None, "别处", "2026-11-06"),
        Telling(5, _agency("xn", "prefecture", "prefecture"), None, "别处", "2026-11-05"),
    ]
    assert [rank(one) for one in ordered] == [0, 1, 2, 3, 4]
    while ordered:
        assert choose_original(list(reversed(ordered))) == ordered.pop(0)
    early = Telling(10, own.agency, None, "样例jyt", "2026-11-08")
    assert choose_original([own, early]) == early
    assert rank(Telling(1, None, None, None, None)) == 4
