"""Personal data is masked before review, exactly; what cannot be masked blocks; reprints stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.documents import make_document
from pipelines.intake import Intake
from pipelines.messages import FetchedFile, PageRead
from pipelines.personal import find_private, is_card, is_identity, mask
from reading.page import Attachment
from store.database import Database
from store.queue import Waiting, walk_waiting

MakePage = Callable[..., PageRead]
MOBILE = "13800111234"


def make_identity(head: str = "990102", day: str = "19900307", order: int = 1) -> str:
    body = f"{head}{day}{order:03d}"
    return next(body + last for last in "0123456789X" if is_identity(body + last))


def make_card(head: str) -> str:
    return next(head + last for last in "0123456789" if is_card(head + last))


IDENTITY = make_identity()
CARD = make_card("622848040256489001")
CARD16 = make_card("621700360001234")


def _mask(text: str, markup: bool = False) -> str:
    return mask(text, find_private(text, markup), markup)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"电话：{MOBILE}。", "电话：138****1234。"),
        ("电话：138 0011 1234，", "电话：138****1234，"),
        ("电话：138-0011-1234", "电话：138****1234"),
        ("电话：+86 13800111234", "电话：+86 138****1234"),
        ("电话：１３８００１１１２３４", "电话：138****1234"),
        ("电话：138\u200b0011\u200b1234", "电话：138****1234"),
        ("手机 1 3 8 0 0 1 1 1 2 3 4", "手机 138****1234"),
        (f"身份证号{IDENTITY}，", f"身份证号990****{IDENTITY[-4:]}，"),
        (f"{IDENTITY[:6]} {IDENTITY[6:14]} {IDENTITY[14:]}", f"990****{IDENTITY[-4:]}"),
        (f"卡号{CARD}", f"卡号622****{CARD[-4:]}"),
        (" ".join((CARD16[:4], CARD16[4:8], CARD16[8:12], CARD16[12:])), f"621****{CARD16[-4:]}"),
        ("住址：样例市湖东区柳湾镇小寨村3组12号。", "住址：样例市湖东区柳湾镇****。"),
        ("家住样例县桥头镇长青路8号3单元201室，", "家住样例县桥头镇****，"),
        ("样例市湖东区朝阳街道柴湖路5号楼2单元301室", "样例市湖东区朝阳街道****"),
        ("办公地址：样例市湖东区南大街12号", "办公地址：样例市湖东区南大街12号"),
        ("编号：13800111234，金额13800111234元，座机0971-8457000", None),
        ("家住样例县桥头镇小寨村的群众", None),
    ],
)
def test_what_is_shown_is_masked_exactly(text: str, shown: str | None) -> None:
    assert _mask(text) == (shown or text)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>手机138<b>0011</b>1234</p>", "<p>手机138****1234<b></b></p>"),
        ("<p>138&#48;0111234</p>", "<p>138****1234</p>"),
        (f"<td>{IDENTITY}</td><td>{MOBILE}", f"<td>990****{IDENTITY[-4:]}</td><td>138****1234"),
        (f'<a href="http://a.example/{MOBILE}.html">原文</a>', None),
    ],
)
def test_markup_stays_markup(html: str, shown: str | None) -> None:
    assert _mask(html, markup=True) == (shown or html)


@given(
    st.sampled_from(["110105", "630102", "440301", "990102"]),
    st.dates(min_value=date(1930, 1, 1), max_value=date(2026, 1, 1)),
    st.integers(0, 999),
    st.sampled_from(["", " ", "-", "\u200b", "\n", "　"]),
)
def test_every_identity_number_is_masked_however_it_is_split(
    head: str, day: date, order: int, gap: str
) -> None:
    number = make_identity(head, f"{day:%Y%m%d}", order)
    text = gap.join((number[:6], number[6:14], number[14:]))
    assert _mask(f"（{text}）") == f"（{number[:3]}****{number[-4:]}）"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_masking_again_changes_nothing(number: str) -> None:
    once = _mask(f"电话{number}，")
    assert once == f"电话{number[:3]}****{number[-4:]}，"
    assert _mask(once) == once


def _take(intake: Intake, database: Database, page: PageRead) -> Waiting:
    intake.take([page])
    with database.read() as connection:
        (one,) = list(walk_waiting(connection))
    return one


TEXT = f"联系人示例甲，电话{MOBILE}，身份证号{IDENTITY}。"


def test_what_is_reviewed_is_masked_and_the_reading_alone_keeps_the_value(
    intake: Intake, database: Database, make_page: MakePage
) -> None:
    one = _take(intake, database, make_page(text=TEXT, title=f"联系{MOBILE}"))
    assert one.form["title"] == "联系138****1234"
    assert one.form["html"] == f"<p>联系人示例甲，电话138****1234，身份证号990****{IDENTITY[-4:]}。</p>"
    assert {(found["rule"], found["level"]) for found in one.findings} == {("masked", "note")}
    assert one.clean
    with database.read() as connection:
        raw = connection.exec_driver_sql("SELECT machine, form FROM revisions").one()
        fields = connection.exec_driver_sql("SELECT fields FROM readings").scalar_one()
    assert MOBILE not in raw.machine + raw.form
    assert MOBILE in fields
    assert IDENTITY in fields


@pytest.mark.parametrize(
    "fields", [{"credit": "样例日报"}, {"text": f"转载自样例日报：{TEXT}"}, {"text": f"{TEXT}\n（转自某网）"}]
)
def test_a_reprint_is_not_rewritten_and_blocks(
    intake: Intake, database: Database, make_page: MakePage, fields: dict[str, str]
) -> None:
    one = _take(intake, database, make_page(**{"text": TEXT, **fields}))
    assert MOBILE in one.form["html"]
    assert {found["level"] for found in one.findings} == {"block"}
    assert {found["rule"] for found in one.findings} == {"mobile-number", "identity-number"}
    assert MOBILE not in str(one.findings[0]["span"])


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx"])
@pytest.mark.parametrize(
    ("secret", "rule"),
    [(IDENTITY, "identity-number"), (MOBILE, "mobile-number"), (CARD, "bank-card")],
)
def test_what_a_file_holds_cannot_be_masked_and_blocks(
    intake: Intake, database: Database, make_page: MakePage, kind: str, secret: str, rule: str
) -> None:
    url = f"http://jyt.example.gov.cn/dt/a.{kind}"
    raw = make_document(kind, ["序号\t姓名\t号码", f"1\t示例甲\t{secret}", "2\t示例乙\t（略）"])
    page = make_page(attachments=(Attachment("名单", url),), files=(FetchedFile(url, raw),))
    one = _take(intake, database, page)
    (found,) = [found for found in one.findings if found["level"] == "block"]
    assert (found["rule"], found["field"]) == (rule, "附件：名单")
    assert secret not in found["span"]
    assert found["span"].endswith(f"{secret[:3]}****{secret[-4:]}")


def test_a_number_of_the_public_service_is_shown_whole(tmp_path: Path) -> None:
    assert find_private(f"热线{MOBILE}", public=("138-0011-1234",)) == []
