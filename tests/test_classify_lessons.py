"""Decisions of the log become lessons, accuracy, proposals and hot topics; the commands tell them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from school import School

from caibian import cli
from classify.accuracy import Share, measure_accuracy
from classify.hot import Carrier, propose_hot
from classify.keeping import load_model
from classify.model import Model
from classify.proposals import propose_rules, write_yaml
from classify.rules import label
from classify.training import (
    Lesson,
)
from demo.configuration import write_configuration
from demo.province import make_province
from errors import UserFault
from pipelines.cluster_hot import list_hot
from pipelines.intake import Intake
from pipelines.lessons import make_lessons
from pipelines.messages import ListSeen, PageRead
from portal import Portal, load_portal
from reading.page import Row
from sample import NOW, SOURCES
from sources import Sources, load_sources
from store.accounts import find_actor
from store.database import Database
from store.decisions import count_decisions, list_decisions
from store.moves import Wish
from store.queue import walk_waiting
from store.reviews import Desk, decide, undo_approval

MakePage = Callable[..., PageRead]


# --- from the log ---


@pytest.fixture
def taught(database: Database, intake: Intake, make_page: MakePage, portal: Portal) -> Database:
    """Eight stories that the rules put into 部门动态, and an editor into 地区动态; one was undone."""
    desk = Desk({column.key: column.reviews for column in portal.columns}, timedelta(minutes=5))
    seen = tuple(Row(f"第{n}次取暖检查", f"http://jyt.example.gov.cn/dt/{n}.html") for n in range(9))
    intake.take([ListSeen("jyt-dt", "http://jyt.example.gov.cn/dt/", "0" * 64, seen, NOW)])
    intake.take([make_page(row.url, title=row.title, text=f"{row.title}，要求如下。" * 9) for row in seen])
    with database.write() as connection:
        ann = find_actor(connection, "ann")
        for one in walk_waiting(connection):
            decide(connection, one.item, one.number, Wish("approve", "diqu"), ann, desk, NOW)
        undo_approval(connection, 9, 1, ann, NOW)
    return database


def test_decisions_come_from_the_log_with_what_was_known(taught: Database, sources: Sources) -> None:
    with taught.read() as connection:
        decisions = list_decisions(connection)
        assert count_decisions(connection) == 9
        later = list_decisions(connection, since=decisions[3].seq)
    assert len(decisions) == 8
    assert len(later) == 4
    first = decisions[0]
    assert (first.column, first.suggested, first.right) == ("diqu", "bumen", False)
    assert (first.agency, first.source, first.actor, first.model_version) == ("jyt", "jyt-dt", "ann", "rules")
    (lesson, *_) = make_lessons(decisions, sources)
    assert lesson.facts.group == "department"
    assert lesson.text.startswith("第0次取暖检查")


def test_accuracy_is_counted_by_column_source_and_month(taught: Database) -> None:
    with taught.read() as connection:
        account = measure_accuracy(list_decisions(connection))
    assert account.overall == Share("", 8, 0)
    assert account.columns == (Share("bumen", 8, 0),)
    assert account.sources == (Share("jyt-dt", 8, 0),)
    assert account.months == (Share("2026-11", 8, 0),)
    assert account.confusion == {("bumen", "diqu"): 8}
    assert account.untrusted == ("bumen",)


def test_few_right_suggestions_prove_little() -> None:
    assert not Share("a", 10, 10).trusted
    assert Share("a", 100, 99).trusted
    assert Share("a", 0, 0).floor == 0.0


def test_a_pattern_of_corrections_becomes_a_rule_to_paste(
    taught: Database, sources: Sources, portal: Portal
) -> None:
    with taught.read() as connection:
        lessons = make_lessons(list_decisions(connection), sources)
    (proposal,) = propose_rules(lessons, portal)
    assert (proposal.rule.column, proposal.mends, proposal.breaks, proposal.total) == ("diqu", 8, 0, 8)
    text = write_yaml([proposal], portal)
    assert "# 最近 8 次决定中有 8 次归入“地区动态”" in text
    assert "改对 8 次，改错 0 次" in text
    better = portal.model_copy(update={"rules": (proposal.rule, *portal.rules)})
    assert all(label(one.facts, better).column == one.column for one in lessons)
    assert propose_rules(lessons, better) == []


def test_proposals_find_the_shifted_policy_of_the_sample_province(
    school: School, lessons: list[Lesson], tmp_path: Path
) -> None:
    found = propose_rules(lessons, school.portal)
    assert {"yaowen", "redian", "duiwai"} <= {one.rule.column for one in found}
    assert all(one.mends > one.breaks for one in found)
    assert any(one.overruled for one in found)
    # what is printed can be pasted: the file is whole with it
    head = write_configuration(make_province(date(2026, 11, 5)), tmp_path).portal
    block = re.compile(r"^rules:\n([- ].*\n)+", re.MULTILINE)
    text = block.sub(write_yaml(found, school.portal), head.read_text("utf-8"))
    head.write_text(text, encoding="utf-8")
    assert load_portal(head).rules[: len(found)] == tuple(one.rule for one in found)


# --- hot ---


def test_a_topic_is_hot_by_how_many_carry_it_their_level_and_how_fast() -> None:
    carriers = [
        Carrier("gwy", "central", NOW - timedelta(hours=9)),
        Carrier("jyt", "province", NOW - timedelta(hours=5)),
        Carrier("jyt", "province", NOW - timedelta(hours=4)),
        Carrier("xn", "prefecture", NOW - timedelta(hours=1)),
    ]
    hot = propose_hot(7, carriers, NOW)
    assert hot is not None
    assert hot.item == 7
    assert hot.reasons == ("3 家单位都在报道（中央 1 家、省级 1 家、市州 1 家）", "8 小时内传开")
    assert propose_hot(7, carriers[:3], NOW) is None
    assert propose_hot(7, carriers, NOW + timedelta(days=4)) is None
    counties = [Carrier(f"x{n}", "county", NOW - timedelta(hours=20 * n)) for n in range(3)]
    assert propose_hot(7, counties, NOW) is None


def test_hot_topics_are_gathered_over_clusters_and_lists(
    database: Database, intake: Intake, make_page: MakePage, sources: Sources
) -> None:
    row = Row("省教育厅开展冬季取暖检查", "http://jyt.example.gov.cn/dt/1.html")
    intake.take(
        [make_page(row=row), make_page("http://xn.example.gov.cn/yw/1.html", source="xn-dt", row=row)]
    )
    with database.read() as connection:
        assert list_hot(connection, sources, NOW + timedelta(hours=1)) == []
    agency = "  - {key: gwy, name: 上级机关, group: media, level: central}\nsources:\n"
    source = "  - {id: gwy-yw, agency: gwy, name: 要闻, address: http://gwy.example.gov.cn/}\n"
    file = database.home / "more.yaml"
    file.write_text(SOURCES.replace("sources:\n", agency) + source, encoding="utf-8")
    more = load_sources(file)
    seen = ListSeen("gwy-yw", "http://gwy.example.gov.cn/", "0" * 64, (row,), NOW)
    intake.take([seen])
    with database.read() as connection:
        (hot,) = list_hot(connection, more, NOW + timedelta(hours=1))
    assert hot.item == 1


# --- commands ---


@pytest.fixture
def office(school: School, lessons: list[Lesson], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the sample province's two files."""
    write_configuration(make_province(date(2026, 11, 5)), tmp_path)
    monkeypatch.setenv("CAIBIAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CAIBIAN_SOURCES", str(tmp_path / "sources.yaml"))
    monkeypatch.setenv("CAIBIAN_PORTAL", str(tmp_path / "portal.yaml"))
    return tmp_path


def _run(*words: str) -> str:
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_commands_say_that_nothing_was_decided_yet(office: Path) -> None:
    with pytest.raises(UserFault, match="0 decisions so far"):
        CliRunner().invoke(cli, ["train"], catch_exceptions=False, standalone_mode=False)
    assert "0 decisions so far" in _run("train", "--due")
    assert "no clear pattern among 0 decisions" in _run("train", "--proposals")
    assert json.loads(_run("train", "--accuracy", "--json").splitlines()[0])["count"] == 0


def test_training_by_command_puts_a_model_to_use(
    office: Path, school: School, lessons: list[Lesson], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.lessons.make_lessons", lambda decisions, sources: lessons[:300])
    told = json.loads(_run("train", "--json").splitlines()[-1])
    assert (told["accepted"], told["decisions"]) == (True, 300)
    assert told["right"] >= 0.9
    model = load_model(office / "home")
    assert isinstance(model, Model)
    assert "0 decisions since the last time" in _run("train", "--due")
    page = office / "page.html"
    page.write_text(
        "<html><head><title>省教育厅开展检查</title></head><body><h1>省教育厅开展冬季检查</h1>"
        f"<div id='zoom'><p>{'本次检查覆盖全省各地的寄宿制学校。' * 9}</p></div></body></html>",
        encoding="utf-8",
    )
    found = json.loads(_run("label", str(page), "--source", "jiaoyu-jyyw", "--explain", "--json"))
    assert found["column"] == "yaowen"
    assert found["by"] == model.version
    assert any(step["fits"] for step in found["steps"])
    assert "decides" in _run("label", str(page), "--source", "jiaoyu-jyyw", "--explain")
    (file,) = (office / "home" / "models").glob("*.skops")
    file.write_bytes(b"broken")
    last = json.loads(_run("health", "--json").splitlines()[-1])
    assert (last["source"], last["verdict"]) == ("model", "broken")
    assert "run it again" in last["evidence"]
