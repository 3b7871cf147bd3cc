"""Bytes become the text that was meant: twelve encodings, rightly and wrongly declared."""

from __future__ import annotations

import pytest

from reading.charset import decode

TEXT = "<title>关于印发通知的公告</title><p>我们的国家和人民在这里一起工作，镕喆𠀀，各单位要认真学习。</p>"
OLD = "<title>關於印發通知的公告</title><p>我們的國家與人民在這裡一起工作，各單位要認真學習。</p>"
GB = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
UTF8 = '<meta charset="utf-8">'


@pytest.mark.parametrize(
    ("raw", "header", "charset", "words"),
    [
        ((UTF8 + TEXT).encode(), "", "utf-8", TEXT),
        (("\ufeff" + TEXT).encode(), "text/html; charset=gbk", "utf-8", TEXT),
        ((GB + TEXT).encode(), "", "utf-8", TEXT),
        ((GB + TEXT).encode("gb18030"), "", "gb18030", TEXT),
        (TEXT.encode("gb18030"), "text/html; charset=GBK", "gb18030", TEXT),
        (TEXT.encode("gb18030"), "", "gb18030", TEXT),
        ((UTF8 + TEXT).encode("gb18030"), "text/html; charset=utf-8", "gb18030", TEXT),
        ((UTF8 + TEXT).encode("gb18030"), "text/html; charset=ISO-8859-1", "gb18030", TEXT),
        (TEXT.encode("utf-16"), "", "utf-16-le", TEXT),
        (TEXT.encode("utf-16-be"), "", "utf-16-be", TEXT),
        (OLD.encode("big5"), "text/html; charset=big5", "big5hkscs", OLD),
        ((GB + OLD).encode("big5"), "", "big5hkscs", OLD),
    ],
)
def test_twelve_encodings(raw: bytes, header: str, charset: str, words: str) -> None:
    decoded = decode(raw, header)
    assert (decoded.charset, decoded.doubt) == (charset, None)
    assert words in decoded.text


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_one_bad_byte_costs_one_character_and_is_told(charset: str) -> None:
    raw = (GB + TEXT * 5).encode(charset)
    place = raw.index("工作".encode(charset))
    decoded = decode(raw[:place] + b"\xff" + raw[place:])
    assert decoded.charset == charset
    assert decoded.text.count("各单位要认真学习") == 5
    assert decoded.doubt == "网页有1处乱码"


def test_a_page_cut_in_a_character_is_still_utf8() -> None:
    decoded = decode((GB + TEXT).encode()[:-7])
    assert decoded.charset == "utf-8"
    assert "关于印发通知的公告" in decoded.text


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"\x00" * 50, bytes(range(256)) * 20, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"]
)
def test_nothing_raises(raw: bytes) -> None:
    assert isinstance(decode(raw).text, str)
