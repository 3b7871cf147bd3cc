"""Made-up articles of made-up sites, and how well a reading of one agrees with what it really says."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from demo.words import TOPICS
from demo.writing import draw_lots, write_title

_GRAM = 5
# Common characters, none of which makes a word that a screen looks for.
_SIGNS = (
    "一是不了在有人我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家"
    "种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把"
    "全明产业工水化高自二理起小物现实加量都两体制当使点从业本去性应间合还因由些然外天政四相十今者变社义事平形展"
)


@dataclass(frozen=True)
class Story:
    """What one article says: the truth that a reader is measured by."""

    title: str
    day: date
    credit: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words of the body, a paragraph a line."""
        return "\n".join(self.paragraphs)


def write_story(site: int, number: int, day: date) -> Story:
    """Write article `number` of a site on a day: some 1,200 characters, which no other article shares."""
    topics = list(TOPICS)
    topic, unit = topics[(site + number) % len(topics)], f"示例单位{site + 1:03d}"
    chance = draw_lots("bench", site, number)
    kind = "news" if number % 4 else "notice"
    title = write_title(chance, topic, unit, kind)
    return Story(
        title=f"{title}（{site + 1}-{number + 1}）",
        day=day - timedelta(days=number % 20),
        credit=f"示例报{site % 7 + 1}",
        paragraphs=tuple(_write_paragraph(chance) for _ in range(chance.randint(8, 16))),
    )


def _write_paragraph(chance: Random) -> str:
    """Words without sense in the rhythm of real ones: sentences of a few clauses, a figure here and there.

    The sample province writes with fifty sentences, which makes any two of its articles alike; two real ones
    share next to nothing, and what compares articles must not be paid for comparing those.
    """
    sentences = []
    for _ in range(chance.randint(2, 4)):
        clauses = [
            "".join(chance.choices(_SIGNS, k=chance.randint(6, 16))) for _ in range(chance.randint(2, 4))
        ]
        if chance.random() < 0.3:
            clauses.append(f"共{chance.randint(2, 9800)}{chance.choice('个项人次')}")
        sentences.append("，".join(clauses) + "。")
    return "".join(sentences)


def noon(day: date) -> datetime:
    """Noon of a day, in UTC."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def agree(said: str, truth: str) -> float:
    """F1 of the runs of five letters or digits that two texts share."""
    one, other = _count(said), _count(truth)
    same = sum((one & other).values())
    return 2 * same / max(1, sum(one.values()) + sum(other.values()))


def _count(text: str) -> Counter[str]:
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))
    return Counter(plain[at : at + _GRAM] for at in range(max(1, len(plain) - _GRAM + 1)))
