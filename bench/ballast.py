"""What stands around an article: menus, styles, scripts and boxes of no meaning, as much as real pages carry.

The corpus of real pages: a median of 44 KB, a mean of about 110 KB, 8 elements a KB in the median page and 6
over all, a fifth of them links.
"""

from __future__ import annotations

from functools import cache

from demo.writing import draw_lots

_KB = (9, 13, 17, 21, 25, 28, 33, 38, 44, 55, 72, 95, 130, 165, 200, 280, 640)
_OWN_KB = 6
_BLOCK_KB = 4
_WORDS = ("机构职能", "领导信息", "政策解读", "办事指南", "互动交流", "专题专栏", "建议提案", "预算公开")


def make_ballast(site: int, number: int) -> tuple[str, str]:
    """Make what stands before and after the article, in whole blocks; the sizes come in turn."""
    size = _KB[(site * 5 + number) % len(_KB)] if number >= 0 else 33
    count = max(1, (size - _OWN_KB) // _BLOCK_KB)
    start = draw_lots("ballast", site).randrange(8)
    blocks = [_block(start + at) for at in range(count)]
    return "\n".join(blocks[: count // 2 + 1]), "\n".join(blocks[count // 2 + 1 :])


@cache
def _block(number: int) -> str:
    """Menus twice, boxes once, and a style or a script."""
    kind = number % 4
    if kind in (0, 2):
        rows = "".join(
            f'<li class="sub-item"><a href="/nav/{number}/{at}/index.html" target="_blank" title="'
            f'{_WORDS[at % 8]}">{_WORDS[at % 8]}</a></li>'
            for at in range(30)
        )
        return f'<div class="nav-{number}"><ul class="clearfix">{rows}</ul></div>'
    if kind == 1:
        boxes = "".join(
            f'<div class="box" style="width:{at * 7 % 300}px;height:32px;float:left;background:#f{at:02d}">'
            f'<span style="display:none;font-size:12px;color:#666">{_WORDS[at % 8]}</span></div>'
            for at in range(20)
        )
        return f'<div class="boxes-{number}">{boxes}</div>'
    if number % 8 == 3:
        rules = "".join(
            f".m-{number}-{at}{{margin:0 auto;padding:{at % 9}px;color:#{at:06x}}}" for at in range(70)
        )
        return f'<style type="text/css">{rules}</style>'
    calls = "".join(f'track("nav",{number},{at},"{at * 7919 % 99991:x}");' for at in range(110))
    return f'<script type="text/javascript">/*<![CDATA[*/{calls}/*]]>*/</script>'
