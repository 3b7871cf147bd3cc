"""Labels of a page (来源：, 发布时间：, 索引号 in a table's cell) and the values that stand with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reading.clean import clean_text
from reading.lines import Line
from reading.words import BARRED, BOXED, FIELDS, FOREIGN, GLUED, LONGEST, TOO_COMMON

# Words and what parts them from their value: a colon, a bar (U+4E28 is a character of its own right), or the
# end of their box.
_RUN = re.compile(
    r"([\u4e00-\u4e27\u4e29-\u9fff](?:[\s\x1f]{0,8}[\u4e00-\u4e27\u4e29-\u9fff]){0,24})"
    r"(?:[】\]\s\x1f]{0,4}[:：︰﹕]|[\s\x1f]{0,3}(?P<bar>[丨｜|┃/／])|(?P<box>[】\]]))"
)
_SIGN = re.compile(r"[:：﹕丨｜|┃/／】\]]")
_OPENERS = frozenset("【[")
_BARE_TIME = re.compile(r"[\s【\[(（]*(?:时\s*间|日\s*期)[】\])）\s]*[:：]")
_EVENT = re.compile(
    r"[\s\d一二三四五六七八九、.【\[(（]*(?:活动|会议|讲座|培训|举办|面试|考试|招聘|报名)?"
    r"(?:地\s*点|地\s*址|主\s*讲|主\s*题|主持人|嘉宾|会场|报告人|主办方|对\s*象)[^，。]{0,6}[:：]"
)
_STOPS = re.compile(
    r"[|｜¦]|字\s*[体号]|浏\s*览|点\s*击|阅读|打\s*印|分\s*享|举报|收藏|关闭|【|\[\s*(?:大|小|字)|纠错|微信扫|用微信|"
    r"访问量|\d{4}[-/年.]\s*\d{1,2}|朗读|语音|我要|下载|评论|\b大 中 小|放大|大\s*中\s*小|"
    r"网友|跟[帖贴]|我来说"
)
_EDGES = " \t:：,，;；。|/·-—_【】[]()（）<>〈〉\u3000"
# Labels of a page in traditional characters, one character for one.
_FOLD = str.maketrans("來發佈時間記輯責編號網點擊閱讀機關單", "来发布时间记辑责编号网点击阅读机关单")
# A label in quotes is spoken of: 凡本网注明“来源：本网”的作品.
QUOTES = frozenset("“\"‘'「『")
_CLOSERS = {"(": ")", "（": "）", "[": "]", "【": "】", "〔": "〕", "《": "》", "<": ">"}


@dataclass(frozen=True, slots=True)
class Value:
    """A field that a label names: the words that stand with it (may be empty) and its line's number."""

    field: str
    label: str
    words: str
    line: int


def find_values(lines: Sequence[Line], numbers: Iterable[int]) -> list[Value]:
    """Find the labels of the lines with these numbers; their values stand on the line, or beside it."""
    values: list[Value] = []
    for number in numbers:
        if len(lines[number].text) <= 400:
            following = lines[number + 1] if number + 1 < len(lines) else None
            values += _read_line(number, lines[number], following)
    return values


def find_label(text: str) -> str | None:
    """The field that the first label of a text names, when it stands at the text's start."""
    if not _SIGN.search(text, 0, 24):
        return None
    bare = text.lstrip(" 【[(（")
    found = _RUN.match(bare)
    if not found:
        return None
    label = "".join(found[1].split()).translate(_FOLD)
    if found["bar"] or found["box"]:
        before = text[len(text) - len(bare) - 1 :][:1] if len(bare) < len(text) else ""
        return FIELDS[label] if _needs_no_colon(found, label, before) else None
    if label in FIELDS:
        return FIELDS[label]
    glued = next((name for name in _suffixes(label) if name in GLUED), None)
    return FIELDS[glued] if glued and not label.removesuffix(glued).endswith(FOREIGN) else None


def _needs_no_colon(found: re.Match[str], label: str, before: str) -> bool:
    """Tell whether words are a label by their bar (来源丨云川日报) or by their box ([来源] 云川日报)."""
    if found["bar"]:
        return label in BARRED and (found["bar"] not in "/／" or FIELDS[label] == "credit")
    return before in _OPENERS and label not in TOO_COMMON and FIELDS.get(label) in BOXED


def is_event(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a bare 时间： stands with 地点： or 主讲人：, so that it says when an event is."""
    if not _BARE_TIME.match(lines[number].text):
        return False
    return any(_EVENT.match(line.text) for line in lines[max(0, number - 2) : number + 4])


def _suffixes(words: str) -> Iterator[str]:
    """The labels on which some words end, the longest first."""
    for size in range(min(LONGEST, len(words)), 0, -1):
        if words[-size:] in FIELDS:
            yield words[-size:]


def _read_line(number: int, line: Line, following: Line | None) -> list[Value]:
    bare = "".join(line.text.split()) if len(line.text) < 16 else ""
    if bare in FIELDS and bare not in TOO_COMMON and following:
        beside = (line.row is not None and following.row is line.row) or _are_siblings(line, following)
        return [Value(FIELDS[bare], bare, clean_text(following.text), number)] if beside else []
    if not _SIGN.search(line.text):
        return _read_cells(number, line)
    text = "\x1f".join(" ".join(part.split()) or " " for part in line.parts)
    found = list(find_spans(text))
    values = []
    for place, (_, end, name) in enumerate(found):
        until = found[place + 1][0] if place + 1 < len(found) else len(text)
        words = trim_value(text[end:until], name)
        if not words and place + 1 == len(found) and following and not text[end:].strip("\x1f "):
            words = _beside(line, following, name)
        values.append(Value(FIELDS[name], name, words, number))
    return values


def _read_cells(number: int, line: Line) -> list[Value]:
    """A label in an element of its own without a colon (`<b>发布机构</b><span>云川市教育局</span>`)."""
    if len(line.parts) < 2 or len(line.text) > 60:
        return []
    label = "".join(line.parts[0].split())
    if len(label) < 2 or label not in FIELDS or label in TOO_COMMON:
        return []
    return [Value(FIELDS[label], label, trim_value("\x1f".join(line.parts[1:]), label), number)]


def is_value(lines: Sequence[Line], number: int) -> bool:
    """Tell whether a line is the value of a label that stands alone on the line before, in the same row."""
    if not number or len(lines[number].text) > 60:
        return False
    above = lines[number - 1]
    if above.row is None or above.row is not lines[number].row or len(above.text) > 16:
        return False
    return "".join(above.text.split()).rstrip(":：") in FIELDS


def find_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Find the labels of a text: where each begins, where its value begins, and its words without gaps."""
    for found in _RUN.finditer(text):
        places = [place for place, c in enumerate(found[1]) if not c.isspace() and c != "\x1f"]
        words = "".join(found[1][place] for place in places).translate(_FOLD)
        before = text[: found.start()].rstrip("\x1f ")[-1:]
        if words in FIELDS and before in QUOTES:
            continue
        if found["bar"] or found["box"]:
            if _needs_no_colon(found, words, before):
                yield found.start(), found.end(), words
            continue
        for label in _suffixes(words):
            lead = len(words) - len(label)
            start = places[lead]
            apart = lead == 0 or start != places[lead - 1] + 1
            if (apart or label in GLUED) and not words[:lead].endswith(FOREIGN):
                yield found.start() + start, found.end(), label
                break


def _are_siblings(line: Line, following: Line) -> bool:
    mine, other = line.block, following.block
    return mine is other or mine.getparent() is other.getparent()


def _beside(line: Line, following: Line, name: str) -> str:
    """The value on the next line, when that line is its neighbour in the same row or parent, and short."""
    same_row = line.row is not None and following.row is line.row
    if not (same_row or _are_siblings(line, following)) or len(following.text) > 60:
        return ""
    if find_label(following.text) or (_STOPS.match(following.text) and FIELDS[name] == "credit"):
        return ""
    return trim_value(following.text, name)


def trim_value(text: str, label: str) -> str:
    """Cut a value where something else begins: a tag's end, a count, a share bar, a date beside a source."""
    kind = FIELDS.get(label, "credit")
    text = text.strip("\x1f " + ("" if kind in ("published", "issued", "updated", "other_date") else ":："))
    if kind in ("credit", "author", "editor", "issuer"):
        if found := _STOPS.search(text):
            text = text[: found.start()]
        text = _first_piece(text)
    words = clean_text(text.replace("\x1f", ""))
    return _balance(
        words.strip(_EDGES if kind in ("credit", "author", "editor", "issuer") else " :：|"), words
    )


def _first_piece(text: str) -> str:
    """The words up to the end of their tag."""
    pieces = text.split("\x1f")
    taken = ""
    for piece in pieces:
        if taken.strip(_EDGES):
            break
        taken += piece
    return taken


def _balance(words: str, whole: str) -> str:
    """Give back a bracket that was stripped from its pair: 文化局（原文广局）."""
    for opener, closer in _CLOSERS.items():
        if words.count(opener) > words.count(closer) and words + closer in whole:
            words += closer
    return words
