"""The faults of a rule tried at the desk are told in Chinese, with what is wrong and what belongs there."""

from __future__ import annotations

import re

import pytest

from classify.trial import read_rule
from errors import ConfigurationError
from portal import Portal, Rule, When
from review.actions.take import tell_error
from review.faults import tell_fault

RULE = "column: renshi\nname: 任免\nwhen: {title: 任免}"
BAD = {
    "": "还没有写规则",
    "任免": "这不是一条规则",
    "column: renshi": "缺少 name",
    RULE.replace("renshi", "nosuch"): "门户没有栏目“nosuch”，有：",
    RULE.replace("renshi", "人事"): "要写栏目的代号",
    RULE.replace("{title: 任免}", "{}"): "至少写一个条件",
    RULE.replace("{title: 任免}", "title"): "下面要写“键: 值”",
    RULE.replace("title", "titel"): "没有“titel”这个键，是不是 title",
    RULE.replace("title: 任免", "title: ''"): "要写上字",
    RULE.replace("title: 任免", "title: {a: b}"): "要写标题里的词",
    RULE.replace("title: 任免", "group: abc"): "只能是：department、media",
    RULE.replace("title: 任免", "level: abc"): "只能是：central、county",
    RULE.replace("title: 任免", "numbered: 是"): "只能写 true 或 false",
    RULE.replace("name: 任免", "name:"): "要用一句话说明",
    RULE.replace("name: 任免", "name: |\n  a\n  b"): "只能写一行",
    RULE.replace("name: 任免", "name: 任免\nname: 又"): "name 写了两次，第 2 行已经有了",
    RULE.replace("name: 任免", "name: *a"): "用了 YAML 的引用或标签",
    RULE.replace("name: 任免", "name: !!x 任免"): "用了 YAML 的引用或标签",
    RULE.replace("name: 任免", "name: a\u200bb"): "看不见的字符 U+200B",
    RULE + "\nprobability: 很高": "要写 0 到 1 之间的数",
    RULE + "\nprobability: 3": "不能大于 1",
    RULE + "\nprobability: 0": "要大于 0",
    RULE.replace("column: ", "column："): "冒号是全角的",
    RULE.replace("column: ", "column:"): "冒号后面要空一格",
    RULE.replace("{title: 任免}", "{title: ["): "括号和引号有没有对上",
    "a: 1\n---\nb: 2": "一次只试一条规则",
    "? [a]\n: b": "冒号前面要写一个键",
    "? \n: b": "冒号前面要写一个键",
    "column: " + "[" * 30: "层数太多",
}
# English words that an editor has to write into a rule.
WRITTEN = re.compile(
    r"[a-z_]+|YAML|U\+[0-9A-F]+",
)


@pytest.mark.parametrize("rule", BAD)
def test_a_fault_of_a_rule_is_told_in_chinese(rule: str, portal: Portal) -> None:
    names = {column.key: column.name for column in portal.columns}
    with pytest.raises(ConfigurationError) as caught:
        read_rule(rule, portal)
    told = [tell_fault(fault.message, names) for fault in caught.value.faults]
    assert any(BAD[rule] in words for words in told), told
    known = {*names, *Rule.model_fields, *When.model_fields, "true", "false", "department", "media", "office"}
    known |= {"outside", "prefecture", "system", "central", "county", "province", "YAML", "U+200B"}
    for words in told:
        assert set(WRITTEN.findall(words)) <= known | set(WRITTEN.findall(rule)), words


def test_what_nobody_foresaw_is_still_no_english() -> None:
    assert tell_fault("something else, expected better", {}) == "写法不对"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("http: answers 404", "对方网站没有给出网页（404）"),
        ("guarded: 169.254.169.254 is the inside address 169.254.169.254", "地址指向内部网络，不允许采集"),
        ("tls: certificate verify failed", "对方网站的证书有问题"),
        ("something new: that nobody foresaw", "取的过程出错了，请再试一次"),
        (None, "取的过程出错了，请再试一次"),
    ],
)
def test_why_a_page_did_not_come_is_told_in_chinese(error: str | None, words: str) -> None:
    assert tell_error(error) == words
