"""Pages that are no article: an error page served as 200, a wall, a login, a shell that a script fills."""

from __future__ import annotations

import re

from reading.lines import Sheet

_MISSING = re.compile(
    r"(?:页面|网页|文件|内容|信息|文章|资源|地址|栏目|网址)[^。，]{0,8}(?:不存在|已(?:被)?(?:删除|移除|下线|失效)|未找到|找不到|丢失|走丢)|"
    r"(?:找不到|没有找到|无法找到|未找到)[^。，]{0,10}(?:页面|网页|文件|内容|信息|文章|资源)|"
    r"访问的(?:页面|网页|内容|文章|地址|资源)[^。]{0,12}(?:不存在|出错|错误|删除|有误)|"
    r"\b404\b.{0,20}(?:not found|错误|error|页面)|(?:错误|error|http)\s*404|page not found|"
    r"not found on this server|"
    r"服务器(?:内部)?错误|系统(?:繁忙|维护|升级)中|网站(?:维护|升级|关闭|暂停)",
    re.I,
)
_BLOCKED = re.compile(
    r"云防护|云盾|网站防火墙|应用防火墙|\bwaf\b|访问(?:被|已被)?(?:拦截|拒绝|禁止)|请求(?:被|已被)?(?:拦截|拒绝)|访问(?:过于)?频繁|安全(?:验证|检查|检测)|"
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


def tell_fault(sheet: Sheet, markup: str, title: str | None, size: int) -> str | None:
    """Say why a page with a body of `size` characters is no article; None when nothing speaks against it.

    The words of an error page count only where little else stands: an article may speak of them.
    """
    if size > 400:
        return None
    words = " ".join(line.text for line in sheet.lines)[:6000]
    head = f"{title or ''} {words[:1500]}"
    short = len(words) < 1200
    for name, pattern in (("error page", _MISSING), ("blocked", _BLOCKED), ("login", _LOGIN)):
        found = pattern.search(title or "") or (pattern.search(head) if short and size < 200 else None)
        if found:
            return f"{name}: {found[0].strip()}"
    if size == 0 and len(words) < 200 and (found := _SCRIPTED.search(markup)):
        return f"needs a browser: {found[0].strip()}"
    return None
