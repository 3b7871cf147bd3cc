"""What stands around an article: menus, styles, scripts and boxes of no meaning, as much as real pages carry.

The corpus of real pages: a median of 44 KB, a mean of about 110 KB, 9 elements a KB in the median page and 6
over all, since large pages are large by their scripts; a fifth of the elements are links.
"""

from __future__ import annotations

from functools import cache

from demo.writing import draw_lots

_KB = (9, 13, 17, 21, 25, 28, 33, 38, 44, 55, 72, 95, 130, 165, 200, 280, 640)
_OWN_KB = 8
_LIST_KB = 33
_BLOCK_KB = 4
_WORDS = ("机构职能", "领导信息", "政策解读", "办事指南", "互动交流", "专题专栏", "建议提案", "预算公开")
_DENSE, _SPARSE = "mbms", "mssb"  # kinds of block in turn: menu, boxes, script or style
_DENSE_BLOCKS = 12


def make_ballast(site: int, number: int) -> tuple[str, str]:
    """Make what stands before and after the article, in whole blocks; the sizes come in turn."""
    size = _KB[(site * 5 + number) % len(_KB)] if number >= 0 else _LIST_KB
    count = max(1, (size - _OWN_KB) // _BLOCK_KB)
    start = draw_lots("ballast", site).randrange(4)
    blocks = [_block((_DENSE if at < _DENSE_BLOCKS else _SPARSE)[at % 4], start + at) for at in range(count)]
    return "\n".join(blocks[: count // 2 + 1]), "\n".join(blocks[count // 2 + 1 :])


@cache
def _block(kind: str, number: int) -> str:
    """One block of about 4 KB: forty elements of a menu, thirty of boxes, or one of script or style."""
    if kind == "m":
        rows = "".join(
            f'<li class="sub-item level-{at % 3}"><a href="/zwgk/zfxxgkml/column{number}/{at}/index.html" '
            f'target="_blank" title="{_WORDS[at % 8]}" onclick="return openMenu({number},{at},this)" '
            f'class="menu-link">{_WORDS[at % 8]}</a></li>'
            for at in range(20)
        )
        return f'<div class="nav-{number}"><ul class="clearfix">{rows}</ul></div>'
    if kind == "b":
        boxes = "".join(
            f'<div class="box" style="width:{at * 7 % 300}px;height:32px;float:left;background:#f{at:02d} '
            f'url(/images/2024/bg_{number}_{at}.png) no-repeat left top">'
            f'<span style="display:none;font-size:12px;'
            f'font-family:Microsoft YaHei,SimSun,Arial;color:#666">{_WORDS[at % 8]}</span></div>'
            for at in range(16)
        )
        return f'<div class="boxes-{number}">{boxes}</div>'
    if number % 2:
        rules = "".join(
            f".m-{number}-{at}{{margin:0 auto;padding:{at % 9}px;color:#{at:06x}}}\n" for at in range(80)
        )
        return f'<style type="text/css">{rules}</style>'
    calls = "".join(f'track("nav",{number},{at},"{at * 7919 % 99991:x}");\n' for at in range(140))
    return f'<script type="text/javascript">/*<![CDATA[*/{calls}/*]]>*/</script>'
