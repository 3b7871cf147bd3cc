"""The faults of a rule that somebody tries at the desk, in an editor's words. Pure.

Both configuration files are ops' own and speak English, with line and column; who tries a rule is an editor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

# The key of a rule -> what belongs there.
_KEYS = {
    "column": "要写栏目的代号",
    "name": "要用一句话说明这条规则，它会作为理由显示",
    "probability": "要写 0 到 1 之间的数，如 0.9",
    "when": "要写条件，至少一个",
    "sample": "只能写 true 或 false",
    "agency": "要写单位的代号",
    "group": "要写单位的类别",
    "level": "要写单位的级别",
    "source": "要写来源的编号",
    "address": "要写来源地址里的一段",
    "list_name": "要写来源栏目名称里的词",
    "title": "要写标题里的词",
    "not_title": "要写标题里不能有的词",
    "doc_type": "要写文种，如 通知、公告",
    "doc_number": "要写发文字号里的字，如 青政办",
    "numbered": "只能写 true 或 false：有没有发文字号",
    "place": "要写地名",
}
_LINES = "要一行一行写“键: 值”"
_PLAIN = "用了 YAML 的引用或标签，请直接写值"
_FORMS: tuple[tuple[str, str], ...] = (
    (r"the file is empty, .*", f"还没有写规则，{_LINES}"),
    (r"the file is not a mapping, .*", f"这不是一条规则，{_LINES}"),
    (r"`(.+)` stands twice, .* line (\d+)", r"\1 写了两次，第 \2 行已经有了"),
    (r"a full-width colon, .*", "冒号是全角的：要用半角冒号，后面空一格"),
    (r"no space behind the colon, .*", "冒号后面要空一格"),
    (r"a tab, .*", "用了制表符，要用空格"),
    (r"not YAML .*", "写法不对：看看缩进、括号和引号有没有对上"),
    (r"(an alias|an anchor|a tag|a merge key|a % directive)\b.*", _PLAIN),
    (r"an unseen character, (U\+[0-9A-F]+) .*", r"有一个看不见的字符 \1，请删掉重写"),
    (r"(an empty key|a mapping or list as a key), .*", "冒号前面要写一个键"),
    (r"a second document begins, .*", "一次只试一条规则"),
    (r"nested deeper than .*", "层数太多"),
)
_BOUNDS: tuple[tuple[str, str], ...] = (
    (r"more than ([\d.]+)", r"要大于 \1"),
    (r"([\d.]+) or more", r"不能小于 \1"),
    (r"([\d.]+) or less", r"不能大于 \1"),
    (r"(\d+) characters or fewer", r"最多 \1 个字符"),
)
_WORDS = {
    "at least one condition": "至少写一个条件",
    "one line": "只能写一行",
    "some text": "要写上字",
    "keys and values": "下面要写“键: 值”",
}
_VALUES = {"empty": "空的", "a mapping": "一组键和值", "a list": "一个列表"}


def tell_fault(message: str, columns: Mapping[str, str]) -> str:
    """Say one fault in Chinese; `columns` are the portal's, by key, with their names."""
    for pattern, words in _FORMS:
        match = re.fullmatch(pattern, message, re.S)
        if match:
            return match.expand(words)
    for pattern, say in _SAYINGS:
        match = re.fullmatch(pattern, message, re.S)
        if match:
            return say(match, columns)
    return "写法不对"


def _tell_missing(match: re.Match[str], columns: Mapping[str, str]) -> str:
    return f"缺少 {match[1]}：{_KEYS.get(match[1], _LINES)}"


def _tell_column(match: re.Match[str], columns: Mapping[str, str]) -> str:
    listed = "、".join(f"{key}（{name}）" for key, name in columns.items())
    return f"门户没有栏目“{match[1]}”，有：{listed}"


def _tell_unknown(match: re.Match[str], columns: Mapping[str, str]) -> str:
    return f"没有“{match[1]}”这个键{_tell_near(match[2])}"


def _tell_value(match: re.Match[str], columns: Mapping[str, str]) -> str:
    key, value, expected = match.groups()
    shown = _VALUES.get(value, f"“{value.strip('`').partition(chr(92) + 'n')[0]}”")
    near = _tell_near(expected)
    if near:
        return f"{key} 写的是{shown}{near}"
    bounds = [
        found.expand(words) for pattern, words in _BOUNDS if (found := re.search(rf"{pattern}$", expected))
    ]
    wanted = _WORDS.get(expected) or "，".join([_KEYS.get(key, "要写别的值"), *bounds])
    return f"{key} 写的是{shown}：{wanted}"


def _tell_near(expected: str) -> str:
    near = re.fullmatch(r"(?:expected )?(?:perhaps `(.+)`|one of (.+))", expected)
    if near is None:
        return ""
    return f"，是不是 {near[1]}" if near[1] else f"，只能是：{near[2].replace(', ', '、')}"


_SAYINGS: tuple[tuple[str, Callable[[re.Match[str], Mapping[str, str]], str]], ...] = (
    (r"missing key `(.+?)`, .*", _tell_missing),
    (r"'(.+)' is no column, .*", _tell_column),
    (r"unknown key `(.+?)`, (.*)", _tell_unknown),
    (r"(?:an entry of )?`(.+?)` is (.*), expected (.*?)", _tell_value),
)
