"""Pages that are no article: an error page served as 200, a wall, a login, a shell that a script fills."""

from __future__ import annotations

import re

from reading.frames import is_foot
from reading.lines import Sheet

_MISSING = re.compile(
    r"(?:页面|网页|文件|内容|信息|文章|资源|地址|栏目|网址)[^。，]{0,8}(?:不存在|已(?:被)?(?:删除|移除|下线|失效)|未找到|找不到|丢失|走丢)|"
    r"(?:找不到|没有找到|无法找到|未找到)[^。，]{0,10}(?:页面|网页|文件|内容|信息|文章|资源)|"
    r"访问的(?:页面|网页|内容|文章|地址|资源)[^。]{0,12}(?:不存在|出错|错误|删除|有误)|"
    r"\b404\b.{0,20}(?:not found|错误|error|页面)|(?:错误|error|http)\s*404|page not found|"
    r"not found on this server|"
    r"服务器(?:内部)?错误|系统(?:繁忙|维护|升级)中|系统(?:发生|出现)?(?:错误|异常)|网站(?:维护|升级|关闭|暂停)(?!\s*[:：]|单位|电话|人员|管理|由)",
    re.I,
)
_BLOCKED = re.compile(
    r"云防护|云盾|网站防火墙|应用防火墙|\bwaf\b|访问(?:被|已被)?(?:拦截|拒绝|禁止|阻断)|请求(?:被|已被)?(?:拦截|拒绝|阻断)|"
    r"对网站造成(?:安全)?威胁|访问(?:过于)?频繁|"
    r"安全验证|(?:正在|进行|完成|通过)[^。，]{0,6}安全(?:检查|检测)|"
    r"人机验证|滑动验证|请(?:输入|完成)验证码|access denied|forbidden|request blocked|incapsula|cloudflare|"
    r"恶意(?:攻击|请求)|非法请求|"
    r"您的(?:访问|请求|IP)[^。]{0,10}(?:异常|拦截|限制|威胁)",
    re.I,
)
_LOGIN = re.compile(
    r"(?:请|需要?)(?:先)?登录|用户名?.{0,20}密码|统一身份认证|登录后(?:查看|访问)|扫码登录", re.S
)
_SCRIPTED = re.compile(
    r"\$_ts\s*=|启用\s*JavaScript|开启\s*JavaScript|enable JavaScript|id=[\"'](?:app|root)[\"']\s*>\s*</div>",
    re.I,
)
# A notice about the site itself (关于网站维护的公告) is an article.
_NOTICE = re.compile(r"^关于|的?(?:公告|通知|通告|公示|说明|办法|函)$")
_FILES = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP or Office",
    b"\xd0\xcf\x11\xe0": "Office",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}


def tell_file(raw: bytes) -> str | None:
    """Say which file was served as a page, by its first bytes."""
    kind = next((kind for mark, kind in _FILES.items() if raw.startswith(mark)), None)
    return f"not html: a {kind} file" if kind else None


def tell_fault(
    sheet: Sheet, markup: str, title: str | None, size: int, stated: bool = False, headed: bool = False
) -> str | None:
    """Say why a page with a body of `size` characters is no article; None when nothing speaks against it.

    The words of an error page count only where little else stands, since articles speak of safety checks and
    of sites under repair, too: on a page with a heading of its own (`headed`) they must be of its title, on
    one that states its publication (`stated`) its whole title.
    """
    if size > 400:
        return None
    words = " ".join(line.text for line in sheet.lines if not is_foot(line.text))[:6000]
    head = f"{title or ''} {words[:1500]}"
    little = len(words) < 1200 and size < 200 and not stated and not headed
    for name, pattern in (("error page", _MISSING), ("blocked", _BLOCKED), ("login", _LOGIN)):
        found = _fill_title(pattern, title or "", stated) or (pattern.search(head) if little else None)
        if found:
            return f"{name}: {found[0].strip()}"
    if size == 0 and len(words) < 200 and (found := _SCRIPTED.search(markup)):
        return f"needs a browser: {found[0].strip()}"
    return None


def _fill_title(pattern: re.Pattern[str], title: str, stated: bool) -> re.Match[str] | None:
    """Find the words of an error page in a title that is about nothing else."""
    found = pattern.search(title)
    if found is None or _NOTICE.search(title):
        return None
    share = len(found[0]) / max(1, len(title.strip()))
    return found if share >= (0.7 if stated else 0.35) else None
