"""The source that an article names (来源), with the tricks that pages play on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reading.clean import squash
from reading.dates import find_dates
from reading.labels import QUOTES, Value, trim_value
from reading.lines import BLOCKS, Element, Sheet
from reading.metas import Metas, tell_credit
from reading.page import Doubt
from reading.published import NO_PUBLICATION
from reading.words import FIELDS

_OURS = re.compile(r"^(?:本网|本站|本网站|本站原创|本网原创|原创|本网讯|本站讯|本网编辑|网站)$")
_NOTHING = re.compile(
    r"^(?:[-—_/\s.·无]*|null|undefined|未知|暂无|不详|佚名|匿名|其[他它]|网络|互联网|(?:资料|网络)?图片?|资料图片?|\d+次?|\{\{.*)$",
    re.I,
)
_IN_TEXT = re.compile(
    r"[（(【\[]?\s*(?<![料据片图材表])(?:信息|文章|稿件|新闻|内容|本文)?来\s*源\s*(?:于)?\s*[:：丨｜]\s*([^（()）\]】\s]{2,40})"
    r"(?:\s+(?:记者|通讯员|作者|编辑)[^。]{0,20})?\s*[)）\]】]?\s*$"
)
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NO_COLON = re.compile(
    r"(?<![\u4e00-\u9fff])(?:信息|文章|稿件|新闻)?来(?:源于?|自)[\s\x1f]+([^\s\x1f:：][^\x1f]{1,40})"
)
# What is left of the next label where a value was cut at its date: 云川日报 提供时间.
_NEXT_LABEL = re.compile(
    r"[\s|｜]+(?:[\u4e00-\u9fff]{0,6}(?:时间|日期)|(?:发布|发表|更新)于?|\d{1,2}:\d\d(?::\d\d)?)$"
)
_NAMED = re.compile(r"^[（(【\[]?\s*(?:来源于?|来自|转载自|转自|摘自)\s*[丨｜|:：/]?\s*")
# What parts a name from what else stands on the line of the date.
_PARTED = re.compile(r"[|｜•·/\u3000\t]|[ \xa0]{2,}|【")
_PERSON = re.compile(
    r"\s+(?:(?:记者|作者|通讯员|编辑|责编|撰稿|摄影|审核|校对)(?:[\s:：/丨|].*)?|"
    r"(?:本报)?[记記]者(?![协協]会|站|团|部|[节節])[\u4e00-\u9fff]{2,4}(?:[\s/／、].*)?)$"
)
_PUBLISHER = re.compile(
    r"(?:报|报社|日报社?|网|社|电视台|广播台|广播|发布|新闻|客户端|融媒体?|中心|政府|[局厅委办部院处科]|公众号|杂志|在线|传媒)$"
)
_FROM = re.compile(r"来源于\s*[《“【]\s*([^》”】]{2,30})[》”】]")
_JOINED = re.compile(r"(?:\.{3}|…)$")


@dataclass(frozen=True)
class Credit:
    """The source's words, their origin, and the doubts."""

    words: str | None
    origin: str
    doubts: tuple[Doubt, ...] = ()


def read_credit(
    sheet: Sheet,
    values: Sequence[Value],
    beside: Sequence[int],
    ends: Sequence[int],
    metas: Metas,
    site: str | None,
    title: str,
    issuer: str | None,
) -> Credit:
    """Read the source: a label, the text's last line, a name beside the date, the head, the table's issuer.

    本网 and its like stand for `site`, where that is known. A clipped name is completed from the head.
    `beside` are the lines between title and text, `ends` the first and the last lines of the text.
    """
    told = tell_credit(metas)
    near = frozenset(beside)
    shown = (
        _labelled([one for one in values if one.line in near], "credit")
        or _unmarked(sheet, beside)
        or _labelled(values, "credit")
        or _at_end(sheet, ends)
        or _labelled(values, "issuer")
        or _beside_date(sheet, beside, title)
    )
    if not shown and issuer and (not told or _OURS.match(told)):
        shown = tidy_credit(issuer)
    if not shown:
        if not told or _NOTHING.match(told):
            return Credit(None, "")
        doubt = Doubt("credit", "网页没有写明来源，取自网页头部信息")
        return Credit(_ours(told, site), "meta", (doubt,))
    if _JOINED.search(shown) and told and told.startswith(_JOINED.sub("", shown)):
        return Credit(told, "meta")
    return Credit(_ours(shown, site), "label", _compare(shown, told))


def _labelled(values: Sequence[Value], wanted: str) -> str | None:
    named = (tidy_credit(one.words) for one in values if one.field == wanted)
    return next((words for words in named if words), None)


def tidy_credit(words: str) -> str | None:
    """A source's name, or None when the words are none."""
    dates = find_dates(words)
    if dates:
        words = words[: dates[0].start].strip(" |:：-")
    words = _PERSON.sub("", _NEXT_LABEL.sub("", words))
    words = re.sub(r"^(?:来源|转自|[:：])+\s*", "", words).strip(" \t;；，,。、|")
    if not 2 <= len(words) <= 120 or _NOTHING.match(words):
        return None
    return words


def _ours(words: str, site: str | None) -> str:
    return site if site and _OURS.match(words) else words


def _at_end(sheet: Sheet, ends: Sequence[int]) -> str | None:
    """`（来源：…）` at the end of the text."""
    for number in reversed(ends):
        text = sheet.lines[number].text[-80:]
        found = _IN_TEXT.search(text)
        if found and text[: found.start()][-1:] not in QUOTES and (words := tidy_credit(found[1])):
            return words
    return None


def _unmarked(sheet: Sheet, beside: Sequence[int]) -> str | None:
    """A label without a colon: `来源 云川日报`, also over two tags."""
    for number in beside:
        text = "\x1f".join(" ".join(part.split()) for part in sheet.lines[number].parts)
        found = (_NO_COLON.search(text) or _FROM.search(text)) if len(text) < 120 else None
        if found and (words := tidy_credit(trim_value(found[1], "来源"))):
            return words
    return None


def _beside_date(sheet: Sheet, beside: Sequence[int], title: str) -> str | None:
    """A name without a label on the line of the date (云川日报 2026-03-12 15:35), or on the one before."""
    for number in beside:
        line = sheet.lines[number]
        if len(line.text) > 120 or line.text.endswith(("。", "，")):
            continue
        if not find_dates(line.text) and not any(map(find_dates, line.parts)):
            continue
        if NO_PUBLICATION.search(line.text):
            continue
        names: list[tuple[bool, str]] = []
        for part, (element, is_tail) in zip(line.parts, line.pieces, strict=True):
            names += [(_links(element, is_tail), words) for words in _without_dates(part) if _is_name(words)]
        if names:
            return min(names, key=lambda one: one[0])[1]
        above = sheet.lines[number - 1].text if number - 1 in beside[1:] else ""
        if len(above) <= 20 and _is_name(above) and squash(above) not in squash(title):
            return above
        below = sheet.lines[number + 1].text if number + 1 in beside else ""
        if len(below) <= 20 and _is_name(below) and _PUBLISHER.search(below):
            return below
    return None


def _without_dates(part: str) -> list[str]:
    """The words of a part before, between and after its dates."""
    kept, place = [], 0
    for found in find_dates(part):
        kept.append(part[place : found.start])
        place = found.end
    pieces = (piece for words in [*kept, part[place:]] for piece in _PARTED.split(words))
    return [_unwrap(" ".join(words.split()).strip(" |:：·—-")) for words in pieces]


def _unwrap(words: str) -> str:
    """A name without its brackets, the words that lead to it (来自), and the person behind it."""
    words = _NAMED.sub("", words)
    if words[-1:] in ("）", ")", "】", "]") and not re.search(r"[（(【\[].", words):
        words = words[:-1]
    elif words[:1] in ("（", "(", "【", "[") and words[-1:] in ("）", ")", "】", "]"):
        words = words[1:-1]
    return _PERSON.sub("", words)


def _is_name(words: str) -> bool:
    """Words that can be a publisher's name: no label, no tool, no address, no person's name."""
    if not 2 <= len(words) <= 30 or not re.search(r"[\u4e00-\u9fff]{2}", words) or "://" in words:
        return False
    if re.search(
        r"[:：，。；]|字[体号]|浏览|点击|阅读|评论|打印|分享|收藏|举报|次$|人参与|正文|首页|编辑|星期|更新|原创|转载|转发|推荐|头条|关注|专栏|[日时]间|日期|期限?$|发布|下载|我来说|^已有|我要|^博客$|资料图|"
        r"发表|[>＞»]|[報报][導道]|[時时][間间]|纠错|收藏|本文|来源于|》$",
        words,
    ):
        return False
    return words not in FIELDS and not (len(words) <= 3 and words[0] in _SURNAMES)


def _links(element: Element, is_tail: bool) -> bool:
    """Tell whether a part stands in a link."""
    node = element.getparent() if is_tail else element
    while node is not None and node.tag not in BLOCKS:
        if node.tag == "a":
            return True
        node = node.getparent()
    return False


def _compare(shown: str, told: str | None) -> tuple[Doubt, ...]:
    if not told or _OURS.match(told) or _NOTHING.match(told):
        return ()
    mine, other = squash(shown), squash(told)
    if mine in other or other in mine:
        return ()
    return (Doubt("credit", f"网页显示的来源（{shown}）与头部信息（{told}）不一致"),)
