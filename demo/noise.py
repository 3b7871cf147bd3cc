"""Makes pages as heavy as real ones, with menus, styles and scripts of no meaning, sized like the corpus."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

from demo.writing import draw_lots

# The corpus: a median of 44 KB, a mean of about 110 KB. A page without ballast is about 6 KB.
_SIZES_KB = (8, 14, 22, 28, 34, 38, 42, 48, 60, 90, 160, 260, 420)
_MENU_WORDS = ("机构职能", "领导信息", "政策解读", "办事指南", "互动交流", "专题专栏", "建议提案", "预算公开")


def make_ballast(site: str, lot: str) -> Markup:
    """Make the ballast of one page: whole blocks of about 4 KB, as many as the page's lot says."""
    size = draw_lots(site, lot, "ballast").choice(_SIZES_KB)
    return Markup("\n").join(_block(number) for number in range(max(1, size // 4)))


@cache
def _block(number: int) -> Markup:
    """About half of a block is menus, the rest style and script, as in the pages that it stands for."""
    kind = number % 3
    if kind == 0:
        rows = "".join(
            f'<li class="sub"><a href="/nav/{number}/{at}/" target="_blank">{_MENU_WORDS[at % 8]}</a></li>'
            for at in range(48)
        )
        return Markup(f'<div class="subnav" id="subnav{number}"><ul class="clearfix">{rows}</ul></div>')
    if kind == 1:
        rules = "".join(
            f".m-{number}-{at}{{margin:0 auto;padding:{at % 9}px;color:#{at:06x}}}" for at in range(70)
        )
        return Markup(f'<style type="text/css">{rules}</style>')
    calls = "".join(f'track("nav",{number},{at},"{at * 7919 % 99991:x}");' for at in range(110))
    return Markup(f'<script type="text/javascript">/*<![CDATA[*/{calls}/*]]>*/</script>')
