"""What editors decide is learned, measured on what was not seen, and never read from a foreign file."""

from __future__ import annotations

import io
import json
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from click.testing import CliRunner

from caibian import cli
from classify.accuracy import Share, measure_accuracy
from classify.explain import explain
from classify.hot import Carrier, propose_hot
from classify.keeping import find_fault, load_model, save_model
from classify.model import Model
from classify.proposals import propose_rules, write_yaml
from classify.rules import label
from classify.training import (
    ENOUGH,
    FLOOR,
    Lesson,
    Trained,
    find_calibration_error,
    measure,
    train,
)
from demo.configuration import write_configuration
from demo.content import Truth
from demo.province import make_province
from errors import StoreError, UserFault
from pipelines.cluster_hot import list_hot
from pipelines.intake import Intake
from pipelines.label import gather_facts
from pipelines.lessons import make_lessons
from pipelines.messages import ListSeen, PageRead
from portal import Portal, load_portal
from reading.page import Row
from sample import NOW, SOURCES
from sources import Sources, load_sources
from store.accounts import find_actor
from store.database import Database
from store.decisions import count_decisions, list_decisions
from store.files import hash_bytes
from store.forms import EMPTY
from store.models import read_record
from store.moves import Wish
from store.queue import list_waiting
from store.reviews import Desk, decide, undo_approval

MakePage = Callable[..., PageRead]
DECISIONS = 500
ROOT = Path(__file__).parent.parent


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


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    province = make_province(date(2026, 11, 5), items=900)
    files = write_configuration(province, tmp_path_factory.mktemp("school"))
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


@pytest.fixture(scope="module")
def lessons(school: School) -> list[Lesson]:
    return [school.lesson(one, shift(one)) for one in school.truths]


@pytest.fixture(scope="module")
def trained(school: School, lessons: list[Lesson]) -> Trained:
    return train(lessons[:DECISIONS], school.portal, "20261105T100000")


# --- rules alone ---


def test_rules_alone_find_nine_of_ten_columns_of_the_sample_province(school: School) -> None:
    right = [label(school.lesson(one).facts, school.portal).column == one.column for one in school.truths]
    assert np.mean(right) >= 0.9


def test_even_without_the_columns_that_ops_gave_most_are_right(school: School) -> None:
    found = [label(school.lesson(one, bare=True).facts, school.portal).column for one in school.truths]
    told = [(column, one.column) for column, one in zip(found, school.truths, strict=True) if column]
    assert np.mean([mine == other for mine, other in told]) >= 0.9


def test_every_rule_says_what_it_found_or_what_failed(school: School) -> None:
    truth = next(one for one in school.truths if one.agency == "caizheng")
    facts = replace(school.lesson(truth).facts, address="http://caizheng.localhost/tzgg/")
    steps = explain(facts, school.portal)
    assert steps[0].rule == "（采集地址）"
    assert steps[0].fits
    assert len(steps) == len(school.portal.rules) + 1
    assert {one.words for one in steps if one.rule == "外省政府网站的动态"} == {("条件不符：group",)}
    gone = explain(replace(facts, source_column="gone"), school.portal)[0]
    assert not gone.fits


# --- learned ---


def test_a_shifted_policy_is_followed_after_five_hundred_decisions(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    found = measure(trained.model, lessons[DECISIONS:], school.portal, DECISIONS)
    assert found.tested > 300
    assert found.right >= 0.97
    assert found.ece < 0.05
    assert found.rules_right < 0.9
    assert trained.accepted
    assert trained.measured.right >= 0.97


@pytest.mark.soak
def test_a_policy_that_changed_is_followed_though_the_old_one_was_taught_longer(
    school: School, lessons: list[Lesson]
) -> None:
    old = [school.lesson(one) for one in school.truths[:400]]
    found = train([*old, *lessons[400:800]], school.portal, "x").model
    assert measure(found, lessons[800:], school.portal, 800).right >= 0.93


@pytest.mark.soak
def test_noise_makes_the_model_less_sure(school: School, lessons: list[Lesson]) -> None:
    chance = Random(2)
    columns = sorted({one.column for one in lessons})
    noisy = [
        replace(one, column=chance.choice(columns)) if chance.random() < 0.15 else one for one in lessons
    ]
    found = train(noisy[:DECISIONS], school.portal, "x")
    assert measure(found.model, noisy[DECISIONS:], school.portal, 0).ece < 0.1


def test_a_label_says_what_taught_it_and_what_the_rules_say(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    moved = next(one for one in lessons[DECISIONS:] if one.column == "duiwai")
    (found,) = trained.model.label([(moved.facts, moved.text)], school.portal)
    assert found.column == "duiwai"
    assert found.reasons[0].startswith("从编辑的 500 次决定中学到：")
    assert "donglan" in found.reasons[0]
    assert found.reasons[1].startswith("与规则不同：规则建议“外省传真”")
    assert trained.model.label([], school.portal) == []


def test_a_column_that_is_gone_is_never_proposed(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    zones = tuple(
        zone.model_copy(update={"columns": tuple(one for one in zone.columns if one.key != "duiwai")})
        for zone in school.portal.zones
    )
    less = school.portal.model_copy(update={"zones": zones})
    less.__dict__.pop("columns", None)
    found = trained.model.label([(one.facts, one.text) for one in lessons[DECISIONS:]], less)
    assert "duiwai" not in {one.column for one in found}


def test_too_few_decisions_are_a_cold_start_that_says_so(school: School, lessons: list[Lesson]) -> None:
    with pytest.raises(UserFault, match=f"12 decisions so far, a model needs {ENOUGH}: rules alone label"):
        train(lessons[:12], school.portal, "x")
    one = [replace(lesson, column="bumen") for lesson in lessons[:ENOUGH]]
    with pytest.raises(UserFault, match="nothing to learn"):
        train(one, school.portal, "x")


def test_what_is_no_better_does_not_take_over(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    chance = Random(1)
    columns = sorted({one.column for one in lessons})
    random = [replace(one, column=chance.choice(columns)) for one in lessons[:300]]
    refused = train(random, school.portal, "x")
    assert not refused.accepted
    assert f"below the floor of {FLOOR:.0%}" in refused.reason
    plain = [school.lesson(one) for one in school.truths[:300]]
    spoiled = [replace(one, column="bumen") if at % 4 else one for at, one in enumerate(plain[:180])]
    assert not train([*spoiled, *plain[180:]], school.portal, "x").accepted


def test_the_one_in_use_is_measured_on_what_neither_has_seen(
    school: School, lessons: list[Lesson], trained: Trained
) -> None:
    weaker = train(lessons[:ENOUGH], school.portal, "weak").model
    better = train(lessons[:DECISIONS], school.portal, "x", weaker)
    assert better.accepted
    assert "the one in use on" in better.reason
    none_new = train(lessons[:DECISIONS], school.portal, "x", trained.model)
    assert "too little is new" in none_new.reason


def test_the_calibration_error_is_what_was_said_against_what_came_true() -> None:
    sure, right = np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, True, True, False])
    assert find_calibration_error(sure, right) == pytest.approx(0.1)


# --- files ---


@pytest.fixture
def kept(tmp_path: Path, trained: Trained) -> Path:
    save_model(tmp_path, trained.model, trained.measured, NOW)
    return tmp_path


def test_a_model_comes_back_as_it_was(
    kept: Path, school: School, lessons: list[Lesson], trained: Trained
) -> None:
    model = load_model(kept)
    items = [(one.facts, one.text) for one in lessons[:20]]
    assert model is not None
    assert model.label(items, school.portal) == trained.model.label(items, school.portal)
    assert find_fault(kept) is None
    record = read_record(kept)
    assert record is not None
    assert (record.version, record.decisions) == ("20261105T100000", DECISIONS)


def test_skops_reads_what_was_kept_and_finds_nothing_foreign(kept: Path, trained: Trained) -> None:
    import skops.io

    (file,) = (kept / "models").glob("*.skops")
    assert skops.io.get_untrusted_types(file=file) == []
    assert np.array_equal(skops.io.load(file)["weights"], trained.model.weights)


def test_reading_a_model_brings_in_neither_skops_nor_scikit_learn(kept: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from classify.keeping import load_model; "
        "assert load_model(Path(sys.argv[1])); print({'skops', 'sklearn', 'scipy'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", program, str(kept)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "set()\n"


def test_no_model_is_no_fault(tmp_path: Path) -> None:
    assert load_model(tmp_path) is None
    assert find_fault(tmp_path) is None


class Bomb:
    """What a pickle could run."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.target,)


def _forge(kept: Path, raw: bytes) -> None:
    """Put a file in the place of the model, with its hash, as one could who can write there."""
    record = json.loads((kept / "models" / "current.json").read_bytes())
    (kept / "models" / f"{record['version']}.skops").write_bytes(raw)
    record["hash"] = hash_bytes(raw)
    (kept / "models" / "current.json").write_text(json.dumps(record))


def _foreign(kept: Path) -> Iterator[bytes]:
    import skops.io

    yield b""
    yield b"no model"
    yield pickle.dumps(Bomb(kept / "ran"))
    yield skops.io.dumps({"grams": Bomb(kept / "ran"), "heat": 1.0})
    yield skops.io.dumps({"grams": Path.touch, "heat": 1.0})
    yield skops.io.dumps([1, 2])
    yield skops.io.dumps({"grams": "", "heat": "hot"})
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr(
            "schema.json",
            json.dumps(
                {
                    "__class__": "system",
                    "__module__": "os",
                    "__loader__": "FunctionNode",
                    "__id__": 1,
                    "content": f"touch {kept / 'ran'}",
                    "protocol": 2,
                    "_skops_version": "0.11",
                }
            ),
        )
    yield held.getvalue()


def test_a_foreign_file_runs_nothing_and_leaves_rules_only(kept: Path) -> None:
    for raw in _foreign(kept):
        _forge(kept, raw)
        with pytest.raises(StoreError):
            load_model(kept)
        assert "model" in (find_fault(kept) or "")
    assert not (kept / "ran").exists()


def test_a_file_that_was_changed_is_not_opened(kept: Path) -> None:
    (file,) = (kept / "models").glob("*.skops")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert "not the file that `caibian train` wrote" in (find_fault(kept) or "")
    file.unlink()
    assert "cannot be read" in (find_fault(kept) or "")
    (kept / "models" / "current.json").write_text("{}")
    assert "no record of a model" in (find_fault(kept) or "")


def test_pages_are_labelled_by_rules_when_the_model_is_broken(
    database: Database, intake: Intake, make_page: MakePage
) -> None:
    (database.home / "models").mkdir()
    (database.home / "models" / "current.json").write_text("{}")
    intake.take([make_page()])
    with database.read() as connection:
        assert list_waiting(connection)[0].column == "bumen"


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
        for one in list_waiting(connection):
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
