"""Made-up articles of made-up sites, and how well a reading of one agrees with what it really says."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from demo.words import TOPICS
from demo.writing import Writer, draw_lots, write_title

_GRAM = 5


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
    """Write article `number` of a site on a day: three stories long, like the median of real ones."""
    topics = list(TOPICS)
    topic, unit = topics[(site + number) % len(topics)], f"示例单位{site + 1:03d}"
    chance = draw_lots("bench", site, number)
    kind = "news" if number % 4 else "notice"
    title = write_title(chance, topic, unit, kind)
    parts = [Writer.begin(chance, topic, unit).write_story() for _ in range(3)]
    return Story(
        title=f"{title}（{site + 1}-{number + 1}）",
        day=day - timedelta(days=number % 20),
        credit=f"示例报{site % 7 + 1}",
        paragraphs=tuple(paragraph for part in parts for paragraph in part),
    )


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
