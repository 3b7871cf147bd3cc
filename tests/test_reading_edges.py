"""A text keeps its first and its last lines, though they begin as tools, labels and ends do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reading.article import read_article
from reading.lines import read_lines
from reading.page import Page, Reading
from reading.tree import parse

FETCHED = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
FIRST = "根据工作安排，现将有关事项通知如下，请各单位认真组织落实，按时报送材料。"
SECOND = "各单位要高度重视，加强领导，明确责任，确保各项工作落到实处、取得实效。"


def read(*lines: str, below: str = "") -> list[str]:
    return read_page(*lines, below=below).text.split("\n")


def read_page(*lines: str, below: str = "") -> Reading:
    text = "".join(f"<p>{line}</p>" for line in lines)
    page = (
        "<html><head><title>关于报送材料的通知_云川市人民政府</title></head><body>"
        '<ul><li><a href="/">首页</a></li><li><a href="/x">要闻</a></li></ul>'
        f"<div><h1>关于报送材料的通知</h1><div>2026-11-05 来源：云川日报</div><div>{text}</div>{below}</div>"
        "<div>版权所有：云川市人民政府 云ICP备1号 技术支持：云川信息</div></body></html>"
    )
    return read_article(Page(page.encode(), "https://www.example.gov.cn/a.html", FETCHED))


@pytest.mark.parametrize(
    "last",
    [
        "联系电话：0871-1234567",
        "监督举报电话：0871-1234567",
        "备注：每人限报一项。",
        "时间：11月10日上午9:00",
        "相关信息可登录市政府网站查询。",
        "更多信息请登录云川市人民政府网站查询。",
        "推荐单位须于11月10日前报送。",
        "本网站将于11月10日改版升级。",
        "打印材料须加盖公章。",
        "分享会由市图书馆主办。",
        "有效期：自发布之日起五年。",
        "关闭时间另行通知。",
        "食品经营许可证遗失的，可在线申请补办，不收取费用。",
        "市民可扫描二维码报名，也可到现场报名，额满为止。",
        "附件：1.申报表 2.推荐名单",
        "附件：云川市2026年度申报指南",
    ],
)
def test_the_last_line_is_kept(last: str) -> None:
    assert read(FIRST, SECOND, last) == [FIRST, SECOND, last]
    assert read(FIRST, last, SECOND) == [FIRST, last, SECOND]


def test_a_label_of_attachments_without_any_is_no_line_of_the_text() -> None:
    for last in ("附件：", "附件：无", "附件：暂无附件"):
        assert read(FIRST, SECOND, last) == [FIRST, SECOND]
    linked = read_page(FIRST, SECOND, '附件：<a href="/a.doc">申报表.doc</a>')
    assert (linked.text, [file.name for file in linked.attachments]) == (f"{FIRST}\n{SECOND}", ["申报表.doc"])


def test_what_was_typed_line_by_line_stays_so() -> None:
    typed = (
        "<pre>\n收件人：各区县\r\n    期限：11月20日，<b>不得\n延误</b>\n\n\n方式：\n<i>书面</i>报送\n</pre>"
    )
    html = read_page(FIRST, typed, SECOND).html
    assert (
        "<pre>收件人：各区县<br>期限：11月20日，<b>不得<br>延误</b><br>方式：<br><i>书面</i>报送</pre>"
        in html
    )


@pytest.mark.parametrize(
    "first",
    [
        "时间：11月10日上午",
        "下载安装“云川通”手机软件，即可办理社保查询业务。",
        "无障碍环境建设是社会文明进步的标志。",
        "许可证办理不再收取工本费，市民办事更加便利。",
        "个人隐私保护十分重要，软件不得超范围收集信息。",
        "阅读是一种生活方式，云川市民爱读书。",
        "字体设计大赛启动，欢迎广大市民参加。",
        "记者：您好，请介绍一下有关情况。",
    ],
)
def test_the_first_line_is_kept(first: str) -> None:
    assert read(first, FIRST, SECOND) == [first, FIRST, SECOND]


@pytest.mark.parametrize(
    "below",
    [
        "分享到：",
        "责任编辑：孙某",
        "来源：云川日报",
        "【打印本页】 【关闭窗口】",
        "扫一扫在手机打开当前页",
        "用微信扫描二维码，分享至好友和朋友圈。",
        "声明：登载此文供读者了解情况，不作他用。",
        "本文链接：https://www.example.gov.cn/a.html",
        "Tags：材料",
        "+1",
        "主办单位：云川市人民政府",
    ],
)
def test_what_follows_is_no_part_of_the_text(below: str) -> None:
    assert read(FIRST, SECOND, below=f"<div><p>{below}</p></div>") == [FIRST, SECOND]
    assert read(FIRST, SECOND, below) == [FIRST, SECOND]


@pytest.mark.parametrize(("text", "aside"), [(FIRST + SECOND, False), ("登录 注册 找回密码 " * 8, True)])
def test_a_box_with_most_sentences_stands_not_beside(text: str, aside: bool) -> None:
    rows = "".join(f"<li>云川市全民健身中心恢复开放（{number}）</li>" for number in range(20))
    box = f'<div class="login-con"><p>{text}</p><p>{text}</p><p>{text}</p></div>'
    sheet = read_lines(parse(f"<html><body><ul>{rows}</ul>{box}</body></html>"))
    assert [line.aside for line in sheet.lines[-3:]] == [aside] * 3


@pytest.mark.parametrize(
    "line",
    [
        "未经业主授权，物业公司不得占用绿地，也不得改建车棚。",
        "代表们围绕报告发表评论，并就供暖管网改造提出建议。",
        "申请材料包括营业执照、食品经营许可证复印件",
        "无障碍环境建设进展",
    ],
)
def test_words_of_the_frame_in_a_text_are_text(line: str) -> None:
    assert read(FIRST, SECOND, line) == [FIRST, SECOND, line]
