"""Labels by rules: which column, how sure, and the reason that an editor reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.rules import Facts, Label, find_reasons, label, read_doc_type
from portal import Portal, Rule, When, load_portal
from sources import GROUPS, LEVELS, Group, Level

ROOT = Path(__file__).parent.parent
SHIPPED = load_portal(ROOT / "portal.yaml")


def facts(title: str, group: Group = "department", **more: str | None) -> Facts:
    blank = Facts("jyt", group, "province", "jyt-x", None, None, title)
    return replace(blank, **more)  # type: ignore[arg-type]


def with_rules(*rules: Rule) -> Portal:
    return SHIPPED.model_copy(update={"rules": rules})


# What the shipped rules do with the titles that agencies really write.

TITLES: list[tuple[str, Group, dict[str, str | None], str]] = [
    ("全省教育工作会议召开", "department", {}, "bmdt"),
    ("西宁市新建社区食堂", "prefecture", {}, "dqdt"),
    ("某省推行企业开办一件事", "outside", {}, "wscz"),
    ("关于开展检查的通知", "outside", {}, "wscz"),
    ("关于做好冬季取暖工作的通知", "department", {}, "tzgg"),
    ("关于2026年度科技项目评审结果的公示（第二批）", "department", {}, "tzgg"),
    ("停电公告", "prefecture", {}, "tzgg"),
    ("关于王某等同志任免职的通知", "office", {}, "rsrm"),
    ("省管干部任前公示", "system", {}, "rsrm"),
    ("青海省人民政府办公厅关于加强电子政务工作的通知", "office", {}, "zcwj"),
    ("关于印发某办法的通知", "office", {"doc_number": "青政办〔2026〕88号"}, "zcwj"),
    ("关于印发某办法的通知", "office", {"doc_number": "青政办[2005]116号"}, "zcwj"),
    ("青海省教育厅关于印发实施细则的通知", "department", {"doc_number": "青教〔2026〕3号"}, "zcwj"),
    ("《公共数据管理办法》解读", "department", {}, "zcjd"),
    ("一图读懂能源保供方案", "office", {}, "zcjd"),
    ("某某采购项目中标公告", "department", {}, "cgzb"),
    ("气象台发布暴雪橙色预警信号", "department", {}, "yjgl"),
    ("青海省“十五五”教育发展规划", "department", {}, "ghjh"),
    ("2026年国民经济和社会发展统计公报", "department", {}, "tjxx"),
    ("省教育厅2026年部门预算", "department", {}, "czxx"),
    ("省政府召开常务会议", "office", {}, "zfhy"),
    ("青海湖水质继续向好", "office", {"list_name": "青海要闻"}, "qhyw"),
    ("中央媒体看青海", "media", {}, "rdxw"),
    ("某某动态", "department", {"list_name": "工作动态"}, "bmdt"),
    ("报名须知", "department", {"list_name": "通知公告"}, "tzgg"),
]


@pytest.mark.parametrize(("title", "group", "more", "column"), TITLES)
def test_the_shipped_rules_put_an_item_where_an_editor_would(
    title: str, group: Group, more: dict[str, str | None], column: str
) -> None:
    found = label(facts(title, group, **more), SHIPPED)
    assert found.column == column, found
    assert 0 < found.probability <= 1
    assert found.reasons


# In which order.


def test_the_column_that_ops_gave_the_source_comes_first() -> None:
    found = label(facts("关于任免的通知", source_column="bmdt"), SHIPPED)
    assert found == Label("bmdt", 0.95, ("采集地址已指定归入“部门动态”",))


def test_a_column_that_the_portal_no_longer_has_is_passed_over() -> None:
    assert label(facts("工作会议召开", source_column="gone"), SHIPPED).column == "bmdt"


def test_the_first_rule_that_fits_decides_and_says_why() -> None:
    first = Rule(
        column="tzgg", name="一", probability=0.7, when=When(title=("招聘", "招考"), group=("department",))
    )
    second = Rule(column="rsrm", name="二", when=When(title=("招考",)))
    found = label(facts("公务员招考公告"), with_rules(first, second))
    assert found == Label("tzgg", 0.7, ("规则“一”", "来自省政府部门", "标题含“招考”"))
    assert label(facts("公务员招考公告", "office"), with_rules(first, second)).column == "rsrm"


def test_where_no_rule_fits_the_group_decides_with_little_certainty() -> None:
    found = label(facts("工作会议召开"), with_rules())
    assert found == Label("bmdt", 0.5, ("没有规则适用；来自省政府部门，一般归入“部门动态”",))


def test_where_nothing_fits_the_editor_chooses() -> None:
    nowhere = with_rules().model_copy(update={"group_columns": {}})
    assert label(facts("会议"), nowhere) == Label(None, 0.0, ("没有规则适用，请选择栏目",))
    unknown = replace(facts("会议"), group=None)
    assert label(unknown, SHIPPED.model_copy(update={"rules": ()})).column is None


# Each condition.

FULL = Facts(
    agency="jyt",
    group="department",
    level="province",
    source="jyt-tzgg",
    source_column=None,
    list_name="通知公告",
    title="关于做好西宁市Ａ类考试工作的 通 知（2026年）",
    doc_number="青教[2026]3号",
    place=None,
)
HOLDS: dict[str, tuple[When, str]] = {
    "agency": (When(agency=("kjt", "jyt")), "单位是“jyt”"),
    "group": (When(group=("department",)), "来自省政府部门"),
    "level": (When(level=("province", "county")), "单位是省级"),
    "source": (When(source=("jyt-tzgg",)), "采集地址是“jyt-tzgg”"),
    "list_name": (When(list_name=("公告",)), "原栏目“通知公告”含“公告”"),
    "title": (When(title=("通知",)), "标题含“通知”"),
    "full width": (When(title=("a类",)), "标题含“a类”"),
    "not_title": (When(not_title=("会议", "解读")), "标题不含“会议”、“解读”"),
    "doc_number": (When(doc_number=("青教〔",)), "发文字号“青教[2026]3号”含“青教〔”"),
    "numbered": (When(numbered=True), "有发文字号“青教[2026]3号”"),
    "place": (When(place=("西宁",)), "涉及地区“西宁”"),
}
FAILS: dict[str, When] = {
    "agency": When(agency=("kjt",)),
    "group": When(group=("office", "media")),
    "level": When(level=("central",)),
    "source": When(source=("jyt",)),
    "list_name": When(list_name=("动态",)),
    "title": When(title=("通报",)),
    "not_title": When(not_title=("西宁",)),
    "doc_type": When(doc_type=("公告",)),
    "doc_number": When(doc_number=("青政",)),
    "numbered": When(numbered=False),
    "place": When(place=("海东",)),
    "one of two": When(title=("通知",), agency=("kjt",)),
}


@pytest.mark.parametrize("name", HOLDS)
def test_a_condition_that_holds_says_so_in_chinese(name: str) -> None:
    when, reason = HOLDS[name]
    assert find_reasons(when, FULL) == (reason,)


@pytest.mark.parametrize("name", FAILS)
def test_one_condition_that_does_not_hold_is_enough(name: str) -> None:
    assert find_reasons(FAILS[name], FULL) is None


def test_the_kind_of_document_is_the_one_read_else_the_titles_end() -> None:
    when = When(doc_type=("公告",))
    assert find_reasons(when, replace(FULL, doc_type="公告")) == ("文种是“公告”",)
    assert find_reasons(when, replace(FULL, title="停水公告（二）")) == ("文种是“公告”",)


def test_the_items_own_place_comes_before_its_title() -> None:
    assert find_reasons(When(place=("西宁",)), replace(FULL, place="海东市")) is None


def test_an_item_without_a_number_is_known_as_one() -> None:
    assert find_reasons(When(numbered=False), replace(FULL, doc_number=None)) == ("没有发文字号",)


def test_facts_that_are_missing_fit_no_condition() -> None:
    blank = Facts(None, None, None, None, None, None, "")
    for when, _ in HOLDS.values():
        if not when.not_title:
            assert find_reasons(when, blank) is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("关于印发《青海省政务公开暂行办法》的通知", "通知"),
        ("青海省政务公开暂行办法", "办法"),
        ("关于加强监管的意见（青政办〔2005〕116号）", "意见"),
        ("停电公告(第3号) ", "公告"),
        ("青海省人民政府令（第120号）", "令"),
        ("全省教育工作会议召开", None),
        ("转发《青海省政务公开暂行办法》", "办法"),
        ("", None),
        ("（通知）", None),
    ],
)
def test_the_kind_of_document_stands_at_the_end_of_the_title(title: str, kind: str | None) -> None:
    assert read_doc_type(title) == kind


@given(
    title=st.text(max_size=60),
    group=st.sampled_from([*GROUPS, None]),
    level=st.sampled_from([*LEVELS, None]),
    list_name=st.none() | st.text(max_size=10),
    doc_number=st.none() | st.text(max_size=10),
    column=st.sampled_from(["bmdt", "gone", None]),
)
def test_every_item_gets_a_known_column_or_none_and_always_a_reason(
    title: str,
    group: Group | None,
    level: Level | None,
    list_name: str | None,
    doc_number: str | None,
    column: str | None,
) -> None:
    item = Facts("jyt", group, level, "jyt-x", column, list_name, title, doc_number)
    found = label(item, SHIPPED)
    assert found == label(item, SHIPPED)
    assert found.column is None or SHIPPED.column(found.column)
    assert (found.column is None) == (found.probability == 0)
    assert found.reasons
