"""Writes the sample texts: the same seed and key give the same words, on every machine and in every order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from random import Random

from demo.words import CLOSINGS, DUTIES, METHODS, OPENINGS, PLACES, RESULTS, SENTENCES, TITLES, TOPICS, Topic

_NUMERALS = "一二三四五六七八九十"


def draw_lots(*parts: object) -> Random:
    """Make a source of chance from the parts alone (Python's own `hash` differs from run to run)."""
    return Random(int.from_bytes(sha256("|".join(map(str, parts)).encode()).digest()[:8], "big"))


@dataclass(frozen=True)
class Writer:
    """Fills the frames of `demo.words` for one article of one agency."""

    chance: Random
    topic: Topic
    unit: str
    work: str

    @classmethod
    def begin(cls, chance: Random, topic: str, unit: str) -> Writer:
        """Choose what the article is about."""
        chosen = TOPICS[topic]
        return cls(chance, chosen, unit, chance.choice(chosen.works))

    def fill(self, frame: str) -> str:
        """Put words and figures of the topic into one frame."""
        chance, topic = self.chance, self.topic
        place, place2 = chance.sample(PLACES, 2)
        method, method2 = chance.sample(METHODS, 2)
        return frame.format(
            unit=self.unit,
            work=self.work,
            place=place,
            place2=place2,
            method=method,
            method2=method2,
            things=chance.choice(topic.things),
            people=chance.choice(topic.people),
            result=chance.choice(RESULTS),
            fig=chance.choice(topic.figures).format(n=chance.randint(12, 986)),
            n=chance.randint(21, 960),
            small=chance.randint(2, 8),
            less=chance.randint(9, 20),
            more=chance.randint(9, 30),
            days=chance.randint(5, 30),
            day=chance.randint(5, 25),
            month=chance.randint(1, 6),
            month2=chance.randint(7, 12),
            percent=chance.randint(11, 58),
            high=chance.randint(86, 99),
        )

    def write_story(self) -> tuple[str, ...]:
        """Write a news story: an opening, some paragraphs, a closing that says it is a sample."""
        chance = self.chance
        frames = chance.sample(SENTENCES, chance.randint(9, 16))
        paragraphs = [self.fill(chance.choice(OPENINGS)) + self.fill(frames.pop())]
        while frames:
            taken = [frames.pop() for _ in range(min(len(frames), chance.randint(2, 4)))]
            paragraphs.append("".join(map(self.fill, taken)))
        return (*paragraphs, chance.choice(CLOSINGS))

    def write_notice(
        self, moment: datetime, receivers: str = "各市、州人民政府，省政府各部门"
    ) -> tuple[str, ...]:
        """Write a notice in the form of a document: receivers, numbered duties, the unit and the day."""
        chance = self.chance
        duties = chance.sample(DUTIES, chance.randint(4, 7))
        numbered = (f"{_NUMERALS[at]}、{self.fill(duty)}" for at, duty in enumerate(duties))
        opening = (
            f"为进一步做好{self.work}，经研究，现将有关事项通知如下。{self.fill(chance.choice(SENTENCES))}"
        )
        return (f"{receivers}：", opening, *numbered, chance.choice(CLOSINGS), self.unit, write_day(moment))


def write_title(chance: Random, topic: str, unit: str, kind: str) -> str:
    """Write a title: a headline for news, 关于…的通知 for notices and documents."""
    writer = Writer.begin(chance, topic, unit)
    if kind == "news":
        return writer.fill(chance.choice(TITLES))
    part = chance.choice(
        ("做好今冬明春", "开展第三季度", "规范", "推进{place}", "组织申报", "进一步加强{place}")
    )
    ending = chance.choice(("的通知", "有关事项的通告", "工作的意见", "的公告", "若干措施的通知"))
    return writer.fill(f"{unit}关于{part}{writer.work}{ending}")


def write_day(moment: datetime) -> str:
    """Write a day as documents do, without padding: `2026年11月5日`."""
    return f"{moment.year}年{moment.month}月{moment.day}日"
