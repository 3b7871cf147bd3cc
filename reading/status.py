"""Why a list page shows no rows: one word for ops and for the verdict of a run.

- `empty`: the page says so itself (暂无信息, 共0条).
- `second_request`: a script of the page asks another address for the rows (given where it is named).
- `browser`: only scripts outside the page could fill it.
- `error_page`: an answer that says 页面不存在 and the like, whatever its HTTP status was.
- `login`: the page asks for a password.
- `blocked`: a firewall's page or its script challenge.
- `moved`: a script or a meta refresh leads on at once, to the address given.
- `no_rows`: none of these; the list may have changed its shape.
"""

from __future__ import annotations

import re

from reading.address import join
from reading.families.known import find_rows_request
from reading.requests import Lead, find_lead
from reading.rows_scan import Scan

_ERROR = re.compile(
    r"\b(?:404|500|502|503)\b|not found|server error|bad gateway|service unavailable|出错了"
    r"|页面(?:不存在|找不到|没有找到|已(?:被)?删除|丢失|出错|无法(?:访问|显示))"
    r"|(?:找不到|无法找到|没有找到|不存在)(?:您|你|该|此|相关|的|要|请求|访问)*(?:页面|网页|资源|文件|栏目)"
    r"|访问的(?:页面|内容|网页|栏目)(?:不存在|已|找不到)|网站(?:维护|关闭|升级)"
    r"|(?:系统|服务器?|程序|应用|内部|网站)(?:发生|出现|内部)?(?:错误|异常|繁忙)",
    re.I,
)
_LOGIN = re.compile(r"(?:用户|统一|系统|请)?(?:身份认证|登录|登陆)|sign in|log ?in", re.I)
_BLOCKED = re.compile(
    r"访问(?:被|受)(?:拦截|拒绝|阻断|限制)|访问(?:过于)?频繁|拖动滑块|请完成验证"
    r"|(?:请求|IP|行为|操作)[^。]{0,12}(?:被拦截|被拒绝|异常|非法|存在威胁|违规)"
    r"|网站防火墙|安全狗|云盾|创宇盾|加速乐|防护系统|人机验证|滑动验证|安全验证"
    r"|request (?:was )?blocked|access denied|\bforbidden\b|\bwaf\b|captcha|checking your browser"
    r"|__jsl_clearance|yunsuo_session|\$_ts\b|_\$jsvmprt|acw_sc__v2|cf-browser-verification",
    re.I,
)
_EMPTY = re.compile(
    r"暂(?:时)?(?:无|没有)(?:相关|任何|符合|最新|更新)?(?:数据|信息|内容|记录|资料|结果|文章|公告|新闻|文件|$)"
    r"|(?:没有|未|无)(?:找到|查询到|检索到|查到|符合|相关|任何)[^。]{0,8}(?:数据|信息|内容|记录|结果|文章)"
    r"|(?:共|总计)\s*(?:有)?\s*0\s*(?:条|项|篇|页)|(?<!\d)0条(?:记录|数据|信息)"
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_REQUEST = re.compile(
    r"(?:\$|jQuery)\.(?:ajax|get|post|getJSON)\s*\(|axios\s*[.(]|\bfetch\s*\(|XMLHttpRequest"
    r"|dataproxy\.jsp|\.jpage\s*\(|loadPageData"
)
_TEMPLATE = re.compile(
    r"\{\{\s*[#/@]?\s*[\w.$]+[^{}]{0,60}\}\}|\bv-for\s*=|\bng-repeat\s*=|<%=?\s*\w"
    r"|x-handlebars|text/x-template|text/x-jquery-tmpl|text/template"
)
_REFRESH = re.compile(r"\s*\d?\s*[;,]\s*url\s*=\s*['\"]?([^'\"\s]+)", re.I)
_LOCATION = re.compile(r"""\blocation(?:\.href)?\s*(?:=|\.replace\(|\.assign\()\s*["']([^"']+)["']""")
_LISTED = re.compile(r"list|news|data|con(?:tent)?|main|info|app|root", re.I)
_SHORT_PAGE = 600


def find_fault(scan: Scan, text: str, by_title: bool = False) -> str | None:
    """The word for an answer that is no list (`blocked`, `error_page`, `login`).

    It stands in the page's title, or in its words when they are few; `by_title` looks at the title only,
    since a list may well have a row about a site's maintenance.
    """
    words = "" if by_title else " ".join(chunk.text for chunk in scan.chunks[:200])
    title = " ".join(scan.nodes[i].text or "" for i, tag in enumerate(scan.tags) if tag == "title")[:200]
    short = not by_title and len(words) <= _SHORT_PAGE
    said = f"{title} {words}" if short else title
    if _BLOCKED.search(said) or (short and len(words) < 40 and _BLOCKED.search(text[:20000])):
        return "blocked"
    if _ERROR.search(said):
        return "error_page"
    asks = any(
        tag == "input" and (scan.nodes[i].get("type") or "").lower() == "password"
        for i, tag in enumerate(scan.tags)
    )
    named = bool(_LOGIN.search(title))
    return "login" if (asks and (short or named)) or (short and named) else None


def explain(scan: Scan, text: str, scripts: str, url: str) -> tuple[str, Lead | None]:
    """Say why there are no rows, with the second request where the script names it."""
    if fault := find_fault(scan, text):
        return fault, None
    if moved := _find_move(scan, scripts, url):
        return "moved", Lead(moved)
    if request := find_rows_request(scripts, url):
        return "second_request", Lead(request)
    if _says_empty(scan):
        return "empty", None
    if _REQUEST.search(scripts) or _TEMPLATE.search(text):
        lead = find_lead(scripts, url)
        if lead or _TEMPLATE.search(text) or has_empty_list(scan):
            return "second_request", lead
    if has_empty_list(scan) and "script" in scan.tags:
        return "browser", None
    return "no_rows", None


def _find_move(scan: Scan, scripts: str, url: str) -> str | None:
    """Where a page without words of its own sends its reader at once."""
    if sum(len(chunk.text) for chunk in scan.chunks) > 60:
        return None
    for i, tag in enumerate(scan.tags):
        node = scan.nodes[i]
        refresh = tag == "meta" and (node.get("http-equiv") or "").lower() == "refresh"
        if refresh and (found := _REFRESH.match(node.get("content") or "")):
            return join(url, found[1])
    found = _LOCATION.search(scripts)
    return join(url, found[1]) if found else None


def _says_empty(scan: Scan) -> bool:
    """The page's own words, where they are shown."""
    for chunk in scan.chunks:
        if len(chunk.text) <= 40 and _EMPTY.search(chunk.text):
            around = (chunk.owner, *scan.above(chunk.owner))
            if not any(_HIDDEN.search(scan.nodes[i].get("style") or "") for i in around):
                return True
    return False


def has_empty_list(scan: Scan) -> bool:
    """A list or a container without anything in it, left for a script to fill."""
    for i, tag in enumerate(scan.tags):
        if tag not in ("ul", "ol", "tbody", "div", "table", "section", "main") or scan.hidden[i]:
            continue
        element = scan.nodes[i]
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if (
            _LISTED.search(names)
            and not scan.chunks_of(i)
            and not any(tag == "img" for tag in scan.tags[i : scan.end[i]])
        ):
            return True
    return False
