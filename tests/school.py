"""The sample province as a school: its items with the columns that an office gave them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from classify.training import (
    Lesson,
)
from demo.configuration import write_configuration
from demo.content import Truth
from demo.province import make_province
from pipelines.label import gather_facts
from pipelines.messages import PageRead
from portal import Portal, load_portal
from reading.page import Reading
from sample import NOW
from sources import Sources, load_sources
from store.forms import EMPTY

MakePage = Callable[..., PageRead]
DECISIONS = 500


@dataclass(frozen=True)
class School:
    """The sample province with what is true of it, in the order of chance, and its two files."""

    truths: list[Truth]
    sources: Sources
    portal: Portal

    def lesson(self, truth: Truth, column: str | None = None, bare: bool = False) -> Lesson:
        source = self.sources.source(truth.sources[0])
        if bare:
            source = source.model_copy(update={"column": None})
        form = {**EMPTY, "title": truth.title, "doc_number": truth.doc_number}
        facts = gather_facts(form, source, self.sources.agency(truth.agency))
        return Lesson(facts, "\n".join(truth.sentences), column or truth.column)


def open_school(folder: Path) -> School:
    """Make the province and its two files in a folder."""
    province = make_province(date(2026, 11, 5), items=900)
    files = write_configuration(province, folder)
    truths = [one for one in province.truths() if one.outcome == "item"]
    Random(5).shuffle(truths)
    return School(truths, load_sources(files.sources), load_portal(files.portal))


def shift(truth: Truth) -> str:
    """A policy of another office: some sources, some kinds of document, elsewhere than the rules say."""
    if truth.agency in ("jiaoyu", "weijian") and truth.column == "bumen":
        return "yaowen"
    if truth.agency == "yunhu" and truth.column == "diqu":
        return "redian"
    if truth.column == "tongzhi" and truth.title.endswith("的公告"):
        return "zhengce"
    return "duiwai" if truth.agency == "donglan" else truth.column


def read_truth(truth: Truth) -> PageRead:
    """Give a page of the province as the crawl would bring it, read without a fault."""
    text = "\n".join(truth.sentences)
    reading = Reading(
        url=truth.address,
        title=truth.title,
        published=truth.published,
        credit=truth.credit,
        doc_number=truth.doc_number,
        text=text,
        html="".join(f"<p>{line}</p>" for line in truth.sentences),
    )
    return PageRead(truth.sources[0], truth.address, truth.address, text.encode(), reading, NOW)
