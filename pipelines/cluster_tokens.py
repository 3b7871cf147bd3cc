"""A text as the guard compares it: signs, whole dates and figures; neither by-lines nor a page's frame."""

from __future__ import annotations

import re
import unicodedata

_CJK_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "两": 2,
}
_CJK_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERALS = "〇零一二三四五六七八九十百千两万亿"

# Lines of a page's frame that some sites leave in the text, and by-lines: they differ from copy to copy.
_FRAME = re.compile(
    r"^\s*[(（【\[]?\s*(?:责任编辑|责编|编辑|来源|信息来源|稿源|作者|记者|通讯员|摄影|供稿|撰稿|审核|审稿|校对|初审|复审|终审|监制"
    r"|发布时间|发布日期|更新时间|发布机构|浏览次数|浏览量|浏览|阅读次数|阅读|点击数|点击量|点击|访问次数|访问量|字号|字体|分享到|分享|打印|关闭窗口|关闭"
    r"|扫一扫|上一篇|下一篇|上一条|下一条|相关链接|相关阅读|打印本页|收藏"
    r"|编者按|编者的话|编按|按语|本网按|转载说明|转载声明|版权声明|免责声明|特别声明|声明|原标题|原文链接)(?:\s*[:：]|\s|[】\]]|$).{0,60}$",
    re.MULTILINE,
)
_BYLINE = re.compile(
    r"[(（【\[][^()（）【】\[\]]{0,12}(?:记者|通讯员|编辑|责编|来源|摄影|供稿|作者|校对|审核)[^()（）【】\[\]]{0,40}[)）】\]]"
)
_DATELINE = re.compile(
    r"^\s*(?:本报|本网|本台|新华社|中新网|人民网)?[^，。\n]{0,14}?(?:电|讯)(?=[\s(（,，:：])", re.MULTILINE
)
# 一、 （二） 3. at the head of a line: one paragraph more and all of them change.
_ENUMERATION = re.compile(
    r"^\s*(?:[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.、．](?!\d))",
    re.MULTILINE,
)

_TOKEN = re.compile(
    r"(?P<date>(?:(?:19|20)\d\d|[〇零一二三四五六七八九]{4})\s?[年\-./](?:\d{1,2}|[一二三四五六七八九十]{1,3})[月\-./](?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:日|号|(?!\d)))?"
    r"|(?:\d{1,2}|[一二三四五六七八九十]{1,3})月(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号])"
    r"|(?P<figure>[A-Za-z]{0,4}\d+(?:[.,:+/~\-]\d+)*)"
    rf"|(?P<numeral>[{_NUMERALS}]{{2,}}|[{_NUMERALS}](?=[年月日号期批届次名人个户元项家所]))"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<sign>[^\W_])"
)
_PARTS = re.compile(r"\d+|[〇零一二三四五六七八九十两百千]+")


def tokenize(text: str, limit: int = 4000) -> list[str]:
    """Cut a text into at most `limit` tokens; `@` begins a date and `#` a figure, each written in one way."""
    plain = unicodedata.normalize("NFKC", text)
    for pattern in (_BYLINE, _FRAME, _DATELINE, _ENUMERATION):
        plain = pattern.sub("", plain)
    tokens = []
    for match in _TOKEN.finditer(plain):
        tokens.append(_write(match.lastgroup or "", match[0]))
        if len(tokens) == limit:
            break
    return tokens


def is_fact(token: str) -> bool:
    """Say whether a token is a date or a figure."""
    return token[0] in "@#"


def same_fact(one: str, other: str) -> bool:
    """Say whether two dates or figures agree: a date without its year agrees with one that has it."""
    if one == other:
        return True
    return one[0] == other[0] == "@" and (one.endswith(other[1:]) or other.endswith(one[1:]))


def read_numeral(words: str) -> int | None:
    """Read a whole number in Chinese numerals; None for what is none."""
    if all(sign in _CJK_DIGITS for sign in words):
        return int("".join(str(_CJK_DIGITS[sign]) for sign in words))
    total = section = digit = 0
    for sign in words:
        if sign in _CJK_DIGITS:
            digit = _CJK_DIGITS[sign]
        elif sign in _CJK_UNITS:
            section, digit = section + (digit or 1) * _CJK_UNITS[sign], 0
        elif sign in "万亿":
            total, section, digit = (total + section + digit or 1) * (10**4 if sign == "万" else 10**8), 0, 0
        else:
            return None
    return total + section + digit


def _write(kind: str, found: str) -> str:
    if kind == "date":
        # a date without its year is `@-11-05`, so that it is the end of one that has it
        parts = [int(part) if part.isdecimal() else read_numeral(part) or 0 for part in _PARTS.findall(found)]
        year = str(parts.pop(0)) if parts[0] > 31 else ""
        return f"@{year}" + "".join(f"-{part:02d}" for part in parts)
    if kind == "figure":
        return "#" + found.replace(",", "").upper()
    if kind == "numeral":
        value = read_numeral(found)
        return f"#{value}" if value is not None else found
    return found.casefold()
