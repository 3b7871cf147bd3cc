"""What tells the same at the desk: seen with its reason, split, merged; what proposals are worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from desks import Office, make_office

from classify.trial import read_rule
from errors import ConfigurationError
from pipelines.intake import Intake
from portal import Portal
from sample import BODY, STORY
from sources import Sources
from store.clusters import find_cluster
from store.database import Database

MakePage = Callable[..., Any]
XN = "http://xn.example.gov.cn/yw/{}.html"


@pytest.fixture
def office(
    database: Database, portal: Portal, sources: Sources, intake: Intake, make_page: MakePage
) -> Office:
    """Item 1 with its repost 2; item 3 tells something else."""
    repost = make_page(XN.format(1), text=f"{BODY}\n编者按：现转发如下，供参考借鉴。", source="xn-dt")
    other = make_page("http://jyt.example.gov.cn/dt/8.html", title="别的事情", text=STORY[::-1])
    intake.take([make_page(), repost, other])
    return make_office(database, portal, sources)


def _beside(office: Office, item: int) -> set[int]:
    with office.database.read() as connection:
        found = find_cluster(connection, item)
    return set(found.items) if found is not None else {item}


def test_a_repost_is_seen_with_its_reason_and_is_split_for_good(
    office: Office, intake: Intake, make_page: MakePage
) -> None:
    page = office.client("ann").get("/alike/2").text
    assert page.index("样例省教育厅") < page.index("样例市"), "the original stands first"
    assert "正文 100% 相同" in page
    ann = office.client("ann")
    assert office.post(ann, "/alike/2", order="apart").status_code in (200, 303)
    assert "稿件 2 已拆出" in ann.get("/alike/2").text
    assert _beside(office, 2) == {2}
    changed = make_page(XN.format(1), text=f"{BODY}\n编者按：现转发如下。", source="xn-dt")
    intake.take([changed])
    assert _beside(office, 2) == {2}, "the next night respects the order"


def test_two_items_are_put_together_and_another_one_is_the_original(office: Office) -> None:
    ann = office.client("ann")
    office.post(ann, "/alike/3", order="together", other="1")
    assert _beside(office, 1) == {1, 2, 3}
    office.post(ann, "/alike/3", order="original")
    page = ann.get("/alike/1").text
    assert page.index("别的事情") < page.index("样例市")
    rows = office.run("SELECT actor, via, action FROM log WHERE action LIKE 'cluster-%' ORDER BY seq")
    assert [tuple(row) for row in rows] == [
        ("ann", "desk", "cluster-together"),
        ("ann", "desk", "cluster-original"),
    ]


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"order": "together", "other": "x"}, 400, "只用数字"),
        ({"order": "together", "other": "9" * 12}, 400, "只用数字"),
        ({"order": "together", "other": "99"}, 404, "编号不对"),
        ({"order": "burn"}, 400, "没有这种操作"),
    ],
)
def test_an_order_that_cannot_be_says_why(
    office: Office, fields: dict[str, Any], status: int, words: str
) -> None:
    answer = office.post(office.client("ann"), "/alike/1", **fields)
    assert answer.status_code == status
    assert words in answer.text + str(answer.json)


def test_only_editors_order(office: Office) -> None:
    assert office.post(office.client("sub"), "/alike/1", order="original").status_code == 403
    assert office.client("ann").get("/alike/77").status_code == 404


def test_the_page_of_proposals_counts_and_a_rule_is_tried_on_what_was_decided(office: Office) -> None:
    ann = office.client("ann")
    assert "说不出建议准不准" in ann.get("/learning").text
    office.post(ann, "/decide", action="approve", which=["1@1:1"], column="tongzhi")
    office.post(ann, "/decide", action="approve", which=["3@1:1"])
    page = ann.get("/learning").text
    assert "最近 2 次有建议的决定里，系统说对 1 次（50.0%）" in page
    assert "部门动态" in page
    rule = "- column: tongzhi\n  name: 取暖\n  when:\n    title: 取暖"
    tried = office.post(ann, "/learning/trial", script=False, rule=rule).text
    assert "管到 1 次，其中 1 次和编辑选的一样" in tried
    assert '改对 <b class="num">1</b> 次，改错 <b class="num">0</b> 次' in tried


def test_a_rule_that_cannot_be_read_names_its_line(office: Office, portal: Portal) -> None:
    told = office.post(
        office.client("ann"),
        "/learning/trial",
        script=False,
        rule="column: nowhere\nname: 甲\nwhen: {title: 乙}",
    ).text
    assert "第 1 行" in told
    assert "nowhere" in told
    with pytest.raises(ConfigurationError):
        read_rule("", portal)
    with pytest.raises(ConfigurationError):
        read_rule("- [", portal)


@pytest.mark.parametrize(
    ("item", "fields", "words"),
    [
        (1, {"order": "together", "other": "1"}, "没有办成：请填另一条稿件的编号"),
        (3, {"order": "original"}, "没有办成：稿件 3 没有和别的放在一起"),
    ],
)
def test_an_order_about_nothing_is_refused_in_chinese(
    office: Office, item: int, fields: dict[str, Any], words: str
) -> None:
    ann = office.client("ann")
    office.post(ann, f"/alike/{item}", script=False, **fields)
    assert words in ann.get(f"/alike/{item}").text


def test_what_somebody_parted_is_named_and_the_log_names_orders(office: Office) -> None:
    ann, chief = office.client("ann"), office.client("as-chief")
    office.post(ann, "/alike/2", script=False, order="apart")
    office.post(ann, "/alike/3", script=False, order="together", other="1")
    office.post(ann, "/alike/2", script=False, order="together", other="3")
    assert "没有办成：稿件 2、1 有人拆开过" in ann.get("/alike/2").text
    page = chief.get("/log").text
    assert "和另一条拆开" in page
    assert "和另一条放在一起" in page
    assert "稿件 1</td>" in page
    assert "cluster-" not in page.partition("<tbody>")[2]
    assert "as-chief：主编" in page
