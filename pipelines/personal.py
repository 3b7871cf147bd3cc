"""Personal data in a text: where it stands, and how it is shown masked (requirements N21: `138****1234`).

Of every number the first three and the last four places stay, with four stars for all between them; of an
address what is above the township and the township stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from pipelines.folding import drop_tags, lighten, lighten_places

STARS = "****"
_G = r"[\s\-.·_]{0,2}"
# An identity number of 18 places (GB 11643): region, day of birth, order, check place.
_IDENTITY = re.compile(
    rf"(?<!\d)[1-9](?:{_G}\d){{5}}{_G}(?:1{_G}[89]|2{_G}0)(?:{_G}\d){{2}}{_G}(?:0{_G}[1-9]|1{_G}[0-2])"
    rf"{_G}(?:0{_G}[1-9]|[12]{_G}\d|3{_G}[01])(?:{_G}\d){{3}}{_G}[\dXx](?!\d)"
)
_MOBILE = re.compile(
    r"(?<![\d/_=])(?:(?:\+|00)86[\s\-]?|86)?(1[3-9]\d(?P<part>[ \-.·]?)\d{4}(?P=part)\d{4})(?![\d/_])"
)
# Sign by sign, where a label says that a number follows.
_SPREAD = re.compile(
    r"(?:电话|手机|联系方式|微信|tel)[^\d\n]{0,8}(1(?P<gap>[\s\-.·_]{1,2})[3-9](?:(?P=gap)\d){9})(?!\d)", re.I
)
_CARD = re.compile(
    r"(?<![\d./])((?:62|[3-6]\d)\d{2}(?P<part>[ \-]?)(?:\d{4}(?P=part)){2}\d{4}(?:(?P=part)\d{1,3})?)(?!\d)"
)
_CARD_NAMED = re.compile(r"卡号|账号|帐号|账户|帐户|开户|银行|户名|card", re.I)
_NO_NUMBER = re.compile(r"(?:编号|序号|代码|单号|文号|编码|版本|流水号|订单号?|No\.?)[^\d\n]{0,4}$", re.I)
_AMOUNT = re.compile(r"\s*(?:\.\d|元|万|亿|美元|平方|立方|公里|吨|千瓦|人次|[%％℃])")

# Without any of these a text holds nothing of what follows, and is not looked at sign by sign.
_MAY_HOLD = re.compile(
    r"\d(?:(?:[^\w]|_){0,6}\d){10}|&#|家庭[住地]|[户戶]籍|居住[地在于]|[现家，、,;；]住|住[址在]|\d单元"
)
_HOME = (
    r"(?:家庭住址|家庭地址|户籍地址|户籍所在地|户籍地|居住地址|现居住地|现住址|常住地址|经常居住地|住址)"
    r"[\s:：为是系]{0,4}"
)
_HAN = "\u4e00-\u9fff"
_AT_HOME = r"(?:家住|现住|居住在|居住于|住在)[\s:：]{0,2}"
# In a list of people: 某某，身份证号…，住某县某村
_LIVES = rf"(?<=[，、,;；])住(?=[{_HAN}]{{1,8}}(?:省|市|州|县|区|旗|镇|乡))"
_REGION = rf"(?:[{_HAN}]{{2,7}}?(?:省|自治区|自治州|自治县|市|州|盟|地区|县|区|旗)){{0,4}}"
_TOWN = rf"(?:[{_HAN}]{{1,9}}?(?:街道办事处|街道|镇|乡|苏木))?"
_REST = rf"[{_HAN}0-9A-Za-z#\-－—·（）()、 ]{{2,48}}"
_PART = re.compile(r"村|社区|小区|路|街|巷|弄|号|组|社|栋|幢|楼|单元|室|院|庄|屯|苑|花园|家园|公寓|户")
_STATED = re.compile(r"[:：为是系]\s*$")
_NUMBERED = re.compile(r"\d|[一二三四五六七八九十]+(?:组|社|号)")
# Where one applies, not where one lives.
_OFFICE = re.compile(r"政府|办事处|派出所|部门|机关|委员会|申请|申报|受理|登记")
_LABELLED = re.compile(rf"(?P<label>{_HOME}|{_AT_HOME}|{_LIVES})(?P<above>{_REGION}{_TOWN})(?P<rest>{_REST})")
_FLAT = re.compile(
    rf"(?P<above>(?:[{_HAN}]{{2,7}}?(?:省|自治区|自治州|自治县|市|州|县|区|旗)){{0,4}}{_TOWN})"
    rf"(?P<rest>[{_HAN}0-9A-Za-z]{{2,24}}?\d{{1,4}}号?(?:楼|栋|幢|座)[^\n，。；]{{0,4}}?\d{{1,2}}\s?单元\s?\d{{2,5}}\s?(?:室|号|户)?)"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True)
class Private:
    """Personal data where it stands: from `start` to before `end`; `shown` is its masked form."""

    rule: str
    start: int
    end: int
    shown: str


def find_private(text: str, markup: bool = False, public: Collection[str] = ()) -> list[Private]:
    """Find identity, card and mobile numbers and home addresses, in their order; `public` numbers are not."""
    if not _MAY_HOLD.search(drop_tags(text) if markup else text):
        return []
    if not any(True for _ in _list_found(lighten(text, markup), public)):
        return []
    light = lighten_places(text, markup)
    found: list[Private] = []
    taken: list[tuple[int, int]] = []
    for rule, start, end, shown in _list_found(light.text, public):
        if all(end <= first or start >= last for first, last in taken):
            taken.append((start, end))
            found.append(Private(rule, *light.span(start, end), shown))
    return sorted(found, key=lambda one: one.start)


def mask(text: str, found: Collection[Private], markup: bool = False) -> str:
    """Put the masked form in the place of each; tags that stood within it stand behind it."""
    for one in sorted(found, key=lambda one: -one.start):
        inner = text[one.start : one.end]
        tags = "".join(re.findall(r"<[^<>]*>", inner)) if markup else ""
        text = text[: one.start] + one.shown + tags + text[one.end :]
    return text


def mask_number(number: str) -> str:
    """Write a number as N21 does: the first three places, four stars, the last four."""
    return f"{number[:3]}{STARS}{number[-4:]}"


def is_identity(number: str) -> bool:
    """Check an identity number: the day exists, and the last place is right (ISO 7064, MOD 11-2)."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return _CHECKS[total % 11] == number[17].upper()


def is_card(number: str) -> bool:
    """Check the last digit of a card's number (ISO/IEC 7812-1, Luhn)."""
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(number))]
    return sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0


def _list_found(text: str, public: Collection[str]) -> Iterator[tuple[str, int, int, str]]:
    known = {re.sub(r"\D", "", one) for one in public}
    for match in _IDENTITY.finditer(text):
        number = re.sub(r"[^\dXx]", "", match[0])
        if is_identity(number):
            yield "identity-number", match.start(), match.end(), mask_number(number)
    for match in _CARD.finditer(text):
        number = re.sub(r"\D", "", match[1])
        named = number.startswith("62") or _CARD_NAMED.search(text, max(0, match.start() - 40), match.start())
        if named and is_card(number) and number not in known:
            yield "bank-card", match.start(1), match.end(1), mask_number(number)
    for match in (*_MOBILE.finditer(text), *_SPREAD.finditer(text)):
        number = re.sub(r"\D", "", match[1])
        head = text[max(0, match.start() - 12) : match.start()]
        if number not in known and not _NO_NUMBER.search(head) and not _AMOUNT.match(text, match.end()):
            yield "mobile-number", match.start(1), match.end(1), mask_number(number)
    yield from _list_addresses(text)


def _list_addresses(text: str) -> Iterator[tuple[str, int, int, str]]:
    for pattern in (_LABELLED, _FLAT):
        for match in pattern.finditer(text):
            rest, at = match["rest"].rstrip(" 、"), match.start("rest")
            label = match["label"] if pattern is _LABELLED else ""
            if not _PART.search(rest) or _OFFICE.search(rest):
                continue
            if label and not _STATED.search(label) and not (match["above"] and _is_exact(label, rest)):
                continue
            yield "home-address", at, at + len(rest), STARS


def _is_exact(label: str, rest: str) -> bool:
    """Whether what follows a label in a sentence is somebody's own place: it has a number, or 住 alone."""
    return label == "住" or bool(_NUMBERED.search(rest))
