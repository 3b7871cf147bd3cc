"""Words split in twelve ways, each in its place in a text: what the screen must find, made by rule."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

from opencc import OpenCC

# Invented: no word of it is a real list's. Two to six characters, some with Latin letters and figures.
_FIRST = ("样例", "示禁", "虚拟", "甲乙", "红鲸", "湖岸", "铜铃", "雪线", "石榴", "风筝", "国务样", "电话样")
_LAST = ("门派", "大会", "联盟", "黑幕", "计划", "传单", "书简", "运动", "条约", "协会", "A方案", "7号令")
WORDS = (*(first + last for first in _FIRST for last in _LAST), "禁样", "潜语", "VPNX", "暗样品")
_HEADS = ("本次会议强调，", "据了解，", "各单位要认真学习", "群众反映的", "关于")
_TAILS = ("的问题已经研究。", "，并提出了要求。", "等事项一并办理。", "有关工作的通知", "。")

# Radicals, and their forms for compatibility, that look like characters of the words.
_LOOKALIKES = {
    "风": "⻛",
    "大": "⼤",
    "石": "⽯",
    "门": "⻔",
    "线": "线",
    "红": "红",
    "方": "⽅",
    "黑": "⿊",
    "示": "⽰",
}
_TRADITIONAL = OpenCC("s2t")


@dataclass(frozen=True)
class Split:
    """One split word in a text; `markup` says that it is HTML."""

    way: str
    word: str
    text: str
    markup: bool


def _between(marks: str) -> Callable[[str, random.Random], str]:
    return lambda word, lot: "".join(sign + lot.choice(marks) for sign in word[:-1]) + word[-1]


def _wide(word: str, lot: random.Random) -> str:
    return "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else _LOOKALIKES.get(sign, sign) for sign in word
    )


def _tags(word: str, lot: random.Random) -> str:
    pairs = (("<b>", "</b>"), ("<span style='x'>", "</span>"), ("<em>", "</em>"), ("<font>", "</font>"))
    return "".join(sign.join(lot.choice(pairs)) for sign in word)


def _entities(word: str, lot: random.Random) -> str:
    return "".join(lot.choice((f"&#{ord(sign)};", f"&#x{ord(sign):x};")) for sign in word)


def _blocks(word: str, lot: random.Random) -> str:
    at = lot.randrange(1, len(word))
    return f"{word[:at]}</p>\n<p>{word[at:]}"


def _mixed(word: str, lot: random.Random) -> str:
    ways = [_between("\u200b\u00ad"), _between(" \u3000"), _between("*·")]
    return lot.choice(ways)(_TRADITIONAL.convert(_wide(word, lot)), lot)


# way -> how a word is written in it, and whether the text around is markup
WAYS: dict[str, tuple[Callable[[str, random.Random], str], bool]] = {
    "zero width": (_between("\u200b\u200c\u200d\u2060\ufeff"), False),
    "hidden marks": (_between("\u00ad\u200e\u200f\u202a\u2066"), False),
    "spaces": (_between(" \u3000\u00a0\u2009"), False),
    "line breaks": (_between("\n\t\r"), False),
    "tags": (_tags, True),
    "comments": (lambda word, lot: "<!-- x -->".join(word), True),
    "entities": (_entities, True),
    "full width": (_wide, False),
    "traditional": (lambda word, lot: _TRADITIONAL.convert(word), False),
    "combining": (_between("\u0336\u20e0\ufe0f\u3164"), False),
    "symbols": (_between("*·-_/~★^"), False),
    "paragraphs": (_blocks, True),
}


def make_splits(count: int, seed: int = 7) -> Iterator[Split]:
    """Make `count` words of each way, in sentences; the same seed makes the same."""
    lot = random.Random(seed)
    for way, (write, markup) in WAYS.items():
        for number in range(count):
            word = WORDS[number % len(WORDS)]
            before, behind = lot.choice(_HEADS), lot.choice(_TAILS)
            split = write(word, lot)
            text = f"<p>{before}{split}{behind}</p>" if markup else f"{before}{split}{behind}"
            yield Split(way, word, text, markup)


def make_mixed(count: int, seed: int = 11) -> Iterator[Split]:
    """Make words that are split in several ways at once."""
    lot = random.Random(seed)
    for number in range(count):
        word = WORDS[number % len(WORDS)]
        yield Split("mixed", word, f"<p>{escape(lot.choice(_HEADS))}{_mixed(word, lot)}。</p>", True)


# What stands in clean texts and looks like a listed word, a mark or a number.
TRAPS = (
    "司机密切配合交警检查。",
    "涉及国家秘密的除外。",
    "手机密码要定期更换，机密封存设备由专人看管。",
    "拒绝密切接触者进入。",
    "涉及国家秘密、商业秘密、个人隐私的信息不予公开。",
    "行政机关不得公开涉及商业秘密的政府信息。",
    "内部资料性出版物的编印，应当依法取得准印证。",
    "《内部资料性出版物管理办法》自公布之日起施行。",
    "依法不得公开的，应当说明理由。",
    "项目编号：13897651234，合同编号630102202611040017。",
    "统一社会信用代码：91630000710400000X，电话：0971-8457000，传真：0971-8457001。",
    "总投资13897651234元，占地15000000000平方厘米。",
    "索引号：015000185/2026-00012，文号：青政办〔2026〕12号。",
    "办公地址：西宁市城中区南大街12号，邮编810000。",
    "联系电话：12345，监督电话：0971-12388。",
    "序号1 2 3 4 5 6 7 8 9 10 11 12 13 14 15，合计120。",
    "环境样，例会门类，派出所均已到位。",  # 样例门派, parted by what parts sentences
    "禁，样品已送检；潜，语言能力测试。",
    "此件公开发布。",
    "可到户籍所在地街道办事处（镇人民政府）线下申请，居住地社区居委会予以登记。",
    "自变动之日起1个月内向户籍所在地街道办事处申报，家住城东区的群众可就近办理。",
    "监测时间20261104093000至20261105093000。",
)
