"""Whether the colours of the style sheet can be read: each text colour on what it stands on (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.inspection import Flaw

ENOUGH = 4.5  # of small text, WCAG 1.4.3
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ROOT = re.compile(r":root\s*{([^}]*)}")
_NAME = re.compile(r"(--[\w-]+):\s*(#[0-9a-fA-F]{3,6})\b")
_RULE = re.compile(r"([^{}]+){([^{}]*)}")
_COLOUR = re.compile(r"(?:^|[;\s])color:\s*var\((--[\w-]+)\)")
_GROUND = re.compile(r"background(?:-color)?:\s*var\((--[\w-]+)\)")
_APART = ("--line",)  # strokes and separators, which say nothing


def find_pale(sheet: str, path: str) -> list[Flaw]:
    """Give every pair of a text colour and its ground with too little contrast, in each palette of the sheet.

    A rule that sets both is a pair; a colour that is set alone stands on the page, those named `on-X` on `X`.
    """
    text = _COMMENT.sub("", sheet)
    pairs = set(_find_pairs(text))
    flaws = []
    palette: dict[str, str] = {}
    for number, block in enumerate(_ROOT.findall(text), start=1):
        palette = {**palette, **dict(_NAME.findall(block))}
        if not _NAME.search(block):
            continue
        for ink, ground in sorted(pairs):
            if ink in palette and ground in palette:
                found = measure(palette[ink], palette[ground])
                if found < ENOUGH:
                    where = f"palette {number}: {ink} on {ground}"
                    words = f"{where} has a contrast of {found:.1f}, expected {ENOUGH}"
                    flaws.append(Flaw(path, "contrast", words))
    return flaws


def measure(one: str, other: str) -> float:
    """Give the contrast of two colours such as `#0a6673`, from 1 to 21."""
    light, dark = sorted((_find_light(one), _find_light(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _find_pairs(text: str) -> Iterator[tuple[str, str]]:
    for selector, block in _RULE.findall(text):
        ink, ground = _COLOUR.search(block), _GROUND.search(block)
        if ink is None or ink[1].startswith(_APART) or "::before" in selector:
            continue
        if ground is not None:
            yield ink[1], ground[1]
        elif ink[1].startswith("--on-"):
            yield ink[1], f"--{ink[1].split('-')[3]}"
        else:
            yield ink[1], "--bg"


def _find_light(colour: str) -> float:
    digits = colour.lstrip("#")
    whole = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
