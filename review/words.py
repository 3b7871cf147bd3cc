"""The desk's Chinese: one word for one thing, and reasons that editors give often."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from clock import PORTAL_ZONE
from publish.fields import clean

STATES = {
    "draft": "草稿",
    "signing": "待签",
    "waiting": "待审",
    "second": "待二审",
    "held": "暂存",
    "approved": "已通过",
    "rejected": "不用",
    "returned": "已退回",
    "withdrawn": "已撤下",
    "superseded": "已有新版",
}
# What the log calls an action -> what the desk says was done.
ACTIONS = {
    "collect": "采集",
    "take": "人工采集",
    "written": "在这里写的",
    "source-changed": "来源改了，有了新版",
    "edit": "改了字段，有了新版",
    "correct": "更正，有了新版",
    "resolve": "核对存疑",
    "unresolve": "取回对存疑的核对",
    "note": "写便条",
    "column": "改栏目",
    "approve": "通过",
    "return": "退回",
    "reject": "不用",
    "hold": "暂存",
    "reopen": "放回待审",
    "withdraw": "撤下",
    "keep": "来源已删，核实后保留",
    "undo": "撤销",
    "supersede": "被新版代替",
    "confirm": "看过标记，没有问题",
    "clear": "放行标记",
    "unconfirm": "取回对标记的确认",
    "allow": "放行词句",
    "disallow": "不再放行词句",
    "cluster-together": "和另一条放在一起",
    "cluster-apart": "和另一条拆开",
    "cluster-original": "设为原件",
}
# Who acts in the log without being a person.
MACHINES = {"crawl": "采集程序", "terminal": "终端", "caibian": "系统", "publish": "发布程序"}
# The one that may do most at this desk stands first.
ROLES = {
    "chief": "主编",
    "editor": "编辑",
    "submitter": "供稿员",
    "director": "供稿单位负责人",
    "ops": "运维",
    "auditor": "审计",
    "administrator": "系统管理员",
}
FIELDS = {
    "title": "标题",
    "html": "正文",
    "body": "正文",
    "published": "原文发布",
    "issued": "成文日期",
    "credit": "来源",
    "author": "作者",
    "doc_number": "发文字号",
    "index_number": "索引号",
    "issuer": "发布机构",
    "topic": "主题分类",
    "validity": "有效性",
    "correction": "更正说明",
    "summary": "摘要",
    "list_name": "来源栏目",
    "address": "原文",
    "attachments": "附件",
    "images": "图片",
}
RULES = {
    "secret-mark": "密级或内部标志",
    "secret-word": "提到密级",
    "identity-number": "身份证号",
    "mobile-number": "手机号码",
    "bank-card": "银行卡号",
    "home-address": "住址",
    "masked": "已遮盖",
    "word": "词表里的词",
    "wrong-name": "名称写法",
    "political-reprint": "时政转载",
    "old-item": "旧稿",
    "old-as-new": "旧稿新发",
    "silent-picture": "图片",
}
LEVELS = {"block": "不能通过", "confirm": "要再看一眼", "note": "提示"}
ORIGINS = {
    "meta": "网页的 meta 标签",
    "label": "页面上的标注",
    "selector": "来源配置的选择器",
    "list row": "来源的列表",
    "provider": "页面没有写，取自站点名称",
    "trafilatura": "正文提取",
    "sitemap": "站点地图",
    "heading": "页面的大标题",
    "h1": "页面的大标题",
    "title": "网页的标题栏",
    "og:": "网页的 meta 标签",
    "structure": "页面的正文区",
    "family": "所用系统的固定位置",
    "beside the title": "标题旁的一行",
}
REASONS = {
    "approve": ("已核对，可以公开", "样例文字，不是密件"),
    "reject": ("与本门户无关", "内容重复", "已过时", "原文有误", "内容不完整"),
    "return": ("请补全来源和日期", "附件不能打开", "请去掉个人信息", "与栏目不符"),
    "withdraw": ("原文已更正", "原文已撤下", "内容有误"),
}


def name_field(field: str) -> str:
    """Name a field as editors do; `附件：名称` is said as it is."""
    return FIELDS.get(field, field)


def name_why(action: str, reason: str | None) -> str:
    """Give the reason of a row of the log; a doubt's begins with its field, and an order's names an item."""
    if action in ("user-add", "user-grant", "user-revoke") and reason:
        who, _, role = reason.partition(": ")
        name, _, columns = role.partition(" of ")
        return f"{who}：{ROLES.get(name, role)}" + (f"（{columns}）" if columns else "")
    if action in ("cluster-together", "cluster-apart") and reason:
        return f"稿件 {reason.rpartition(' ')[2]}"
    if action not in ("resolve", "unresolve") or not reason:
        return reason or ""
    field, colon, words = reason.partition("：")
    return f"{name_field(field)}{colon}{words}"


def name_title(title: object) -> str:
    """Give a title as editors see it, also where there is none."""
    return clean(title) or "（没有标题）"


def name_finding(rule: str, field: str) -> str:
    """Name what was found and where: `手机号码（正文）`."""
    return f"{RULES.get(rule, rule)}（{name_field(field)}）"


def name_origin(origin: str | None) -> str:
    """Say where a value was read."""
    if not origin:
        return "页面"
    for known, words in ORIGINS.items():
        if origin.startswith(known):
            return words
    return f"版式 {origin}"


def name_reason(reasons: tuple[str, ...]) -> str:
    """Give the reasons of a label in one line."""
    return "；".join(reasons)


def next_publish(after: datetime, times: tuple[time, ...]) -> datetime:
    """Say when the schedule publishes next: the first of the day's times, at the portal, from `after` on."""
    local = after.astimezone(PORTAL_ZONE)
    moments = [
        datetime.combine(local.date() + timedelta(days=days), one, PORTAL_ZONE)
        for days in (0, 1)
        for one in sorted(times)
    ]
    return next((moment for moment in moments if moment >= local), local)
