"""From bytes to text: a mark, strict UTF-8, what header or meta declare (GB18030), a detector last."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_DECLARED = re.compile(
    rb"""charset\s*=\s*["']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,80}encoding=["']([\w.:-]{2,40})""", re.I
)
_FAMILIES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "hz": "gb18030",
    "cp936": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "cp950": "big5hkscs",
}
_SAYS_NOTHING = {"iso8859-1", "cp1252", "ascii", "latin-1"}
_COMMON = frozenset(
    "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小軍么經法當起與好看學進種將還分此心前面又定見只主沒公從務政通知關會國時來對發過這個們說後學經進種長門開問間"
)


@dataclass(frozen=True)
class Decoded:
    """The text of a page, the charset that read it, and a word for an editor when some bytes were bad.

    `raw` is the text in UTF-8, where it came so.
    """

    text: str
    charset: str
    doubt: str | None = None
    raw: bytes | None = None


def decode(raw: bytes, content_type: str = "") -> Decoded:
    """Read bytes as text; never raises: what no charset explains becomes U+FFFD, with a doubt."""
    for mark, charset in _MARKS:
        if raw.startswith(mark):
            return _read(raw[len(mark) :], charset)
    if wide := _find_wide(raw):
        return _read(raw, wide)
    try:
        return Decoded(raw.decode("utf-8"), "utf-8", raw=raw)
    except UnicodeDecodeError:
        pass
    if _is_nearly_utf8(raw):
        return _read(raw, "utf-8")
    return _read_legacy(raw, content_type)


def _read_legacy(raw: bytes, content_type: str) -> Decoded:
    """Bytes that are not UTF-8: the first declared charset that fits, else the one that fits best."""
    declared = _declared(raw, content_type)
    for charset in declared:
        if _reads_strictly(raw, charset) and _is_likely(raw, charset):
            return Decoded(raw.decode(charset), charset)
    if declared and _is_likely(raw, declared[0]):
        return _read(raw, declared[0])
    return _read(raw, _detect(raw))


def _read(raw: bytes, charset: str) -> Decoded:
    try:
        return Decoded(raw.decode(charset), charset)
    except UnicodeDecodeError:
        text = raw.decode(charset, "replace")
        return Decoded(text, charset, f"网页有{text.count(chr(0xFFFD))}处乱码")


def _find_wide(raw: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of the markup's ASCII is a NUL."""
    head = raw[:2000]
    if len(head) < 8 or head.count(0) < len(head) // 10:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else None


def _is_nearly_utf8(raw: bytes) -> bool:
    """UTF-8 with a few bad bytes (or cut in a character): what is left holds many whole CJK characters."""
    text = raw.decode("utf-8", "replace")
    whole = sum(map(len, re.findall(r"[\u3000-\u9fff\uff00-\uffee]+", text)))
    return whole > 4 * text.count("\ufffd")


def _declared(raw: bytes, content_type: str) -> list[str]:
    """The charsets that header and meta name, in that order, as Python codecs."""
    labels = [m[1] or m[2] for m in _DECLARED.finditer(content_type.encode("ascii", "replace"))]
    labels += [m[1] or m[2] for m in _DECLARED.finditer(raw[:4096])]
    found: list[str] = []
    for label in labels:
        charset = _codec(label.decode("ascii"))
        if charset and charset not in found:
            found.append(charset)
    return found


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except LookupError:
        name = label.lower().replace("_", "").replace("-", "")
    if name in _FAMILIES or name.startswith("gb"):
        return _FAMILIES.get(name, "gb18030")
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return None
    return None if name in _SAYS_NOTHING or name.startswith("utf") else name


def _reads_strictly(raw: bytes, charset: str) -> bool:
    try:
        raw.decode(charset)
    except UnicodeDecodeError:
        return False
    return True


def _is_likely(raw: bytes, charset: str) -> bool:
    """For the Chinese charsets: the other one does not read the text clearly better."""
    if charset not in ("gb18030", "big5hkscs"):
        return True
    other = "big5hkscs" if charset == "gb18030" else "gb18030"
    return 2 * _share(raw, charset) >= _share(raw, other)


def _share(raw: bytes, charset: str) -> float:
    """The share of everyday characters among the characters outside ASCII, less the bad ones."""
    text = [c for c in raw[:65536].decode(charset, "replace") if ord(c) > 127]
    return sum((c in _COMMON) - 2 * (c == "\ufffd") for c in text) / max(1, len(text))


def _detect(raw: bytes) -> str:
    best = max(("gb18030", "big5hkscs"), key=lambda charset: _share(raw, charset))
    if _share(raw, best) > 0.05:
        return best
    match = from_bytes(raw[:20000], steps=4).best()
    return codecs.lookup(match.encoding).name if match else "gb18030"
