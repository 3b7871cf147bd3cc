"""Search without a server, in a real browser: what is found is exactly what a look at every item finds."""

from __future__ import annotations

import functools
import http.server
import random
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browsers import in_browser, open_browser
from hypothesis import given
from hypothesis import strategies as st
from office import Office, read_site
from stores import Stores

from portal import Portal, load_portal
from publish import search, search_shards
from publish.assets import read_assets
from publish.search_shards import (
    LARGE,
    MIDDLE,
    SMALL,
    Part,
    Postings,
    Raw,
    change_shard,
    divide,
    merge_shards,
    read_shard,
    write_shard,
)
from publish.search_terms import cut, fold, read_text
from publish.traditional import convert_page
from sample import PORTAL
from store.database import Database

codes = st.builds(
    lambda some, last: bytes([*(one | 128 for one in sorted(some - {last})), last]),
    st.sets(st.integers(0, 127), max_size=3),
    st.integers(0, 127),
)
Terms = dict[str, dict[int, bytes]]
names = st.text(min_size=2, max_size=2).filter(lambda text: text.isprintable())
terms = st.dictionaries(names, st.dictionaries(st.integers(0, 1023), codes, max_size=200))


def write(found: Terms, part: Part) -> Raw:
    lists = {term: Postings(list(numbers), list(numbers.values())) for term, numbers in found.items()}
    return write_shard(lists, part)


def move(found: Terms, start: int) -> Terms:
    return {
        term: {start + one: codes for one, codes in numbers.items()}
        for term, numbers in found.items()
        if numbers
    }


@given(terms, st.sampled_from([0, LARGE, LARGE * 3 + SMALL]))
def test_a_shard_is_read_as_it_was_written(shard: Terms, start: int) -> None:
    part, moved = Part(start, SMALL), move(shard, start)
    assert read_shard(write(moved, part), part) == moved


@given(terms, terms)
def test_a_shard_changed_is_the_shard_written_at_once(before: Terms, after: Terms) -> None:
    part = Part(0, SMALL)
    steps: dict[str, dict[int, bytes | None]] = {
        term: dict.fromkeys(found, None) for term, found in before.items()
    }
    for term, found in after.items():
        steps.setdefault(term, {}).update(found)
    assert change_shard(write(before, part), steps, part) == write(after, part)


@given(
    st.lists(st.tuples(st.text("ab一", min_size=2, max_size=2), st.integers(0, 16383), codes), max_size=300)
)
def test_four_parts_put_together_are_what_one_build_makes(found: list[tuple[str, int, bytes]]) -> None:
    part = Part(LARGE, LARGE)
    whole: dict[str, Terms] = {}
    pieces: dict[tuple[int, int], Terms] = {}
    for term, offset, known in found:
        number = LARGE + offset
        whole.setdefault(part.place("w", term), {}).setdefault(term, {})[number] = known
        at = offset // MIDDLE
        count = part.children[at].count("w")
        shard = int(part.children[at].place("w", term).rpartition("w")[2][:-4])
        assert shard < count
        pieces.setdefault((shard, at), {}).setdefault(term, {})[number] = known
    merged: dict[str, Raw] = {}
    for shard in {shard for shard, _ in pieces}:
        raws = [(child, write(pieces.get((shard, at), {}), child)) for at, child in enumerate(part.children)]
        merged |= merge_shards(raws, part, "w")
    assert merged == {path: write(lists, part) for path, lists in whole.items()}


@given(st.integers(0, 200_000))
def test_every_number_is_in_one_part_and_few_are_in_a_part_that_changes(last: int) -> None:
    parts = divide(last)
    assert parts[0].start == 0
    assert all(one.end == two.start for one, two in pairwise(parts))
    assert last < parts[-1].end
    assert len(parts) <= 200_000 // LARGE + 7


def test_words_do_not_go_on_across_blocks_or_spaces() -> None:
    text = read_text(
        "<p>省教<b>育厅</b></p><p>召开<br>会议</p><table><tr><td>一二</td><td>三四</td></tr></table>"
    )
    assert text.split() == ["省教育厅", "召开", "会议", "一二", "三四"]
    pairs = ["青政", "政办", "办(", "(2", "20", "02", "26", "6)", ")8"]
    found = list(cut("青政办〔２０２６〕8"))
    assert [term for term, _ in found] == [*pairs, "办(2", "(20", "202", "026", "26)", "6)8"]
    assert [after for _, after in found] == [*"办(2026)8", "\n", *"026)8", "\n"]
    assert fold("[【（ＡB") == "(((ab"


def test_the_script_is_small() -> None:
    assert len(read_assets()["search.js"].raw) < 10_000


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


TEXT = """
    教育 教育厅 政务 政务服务 公开 工作 会议 通知 检查 冬季 取暖 安全 学校 食堂 校车 高校 招生 农村 牧区
    水利 工程 生态 环境 保护 项目 建设 资金 管理 办法 规划 纲要 高质量 发展 乡村 振兴 青海湖 三江源 国家公园
    2026年 11月 12.5% GDP 5G网络
"""
WORDS = TEXT.split()
ASKED = "5g网络|１２．５％|青政办[2026]|（2026）5号|教育 三江源|没有的词|2026年11月|gdp 取暖 校车"
Served = tuple[str, dict[str, dict[str, Any]], Office]
BRACKETS = ("〔{}〕", "[{}]", "（{}）", "【{}】")


# Items of a step, and words beside those above: in the large count a word stands in some hundreds of items.
COUNTS = [pytest.param((50, 0), id="150"), pytest.param((3400, 3000), id="10000", marks=pytest.mark.soak)]


def make_words(count: int) -> list[str]:
    chance, signs = random.Random(2), sorted(set("".join(WORDS)) - set("".join(WORDS[-4:])) - set("1%.年月 "))
    return [*WORDS, *("".join(chance.choices(signs, k=chance.randint(2, 4))) for _ in range(count))]


def make_items(chance: random.Random, count: int, words: list[str]) -> list[dict[str, Any]]:
    items = []
    for number in range(count):
        lines = ["".join(chance.choices(words, k=12)) for _ in range(3)]
        html = f"<h2>{lines[0]}</h2><p>{lines[1]}<b>{lines[2]}</b></p><ul><li>列表 {number}号</li></ul>"
        form = {"title": "".join(chance.choices(words, k=4)), "html": html, "published": "2026-11-04"}
        if number % 5 == 0:
            form["doc_number"] = f"青政办{chance.choice(BRACKETS).format(2026)}{number}号"
        items.append(form)
    return items


def see(form: dict[str, Any]) -> list[str]:
    """What a page says, piece by piece, as a word may stand in one of them."""
    return [form["title"], form.get("doc_number", ""), read_text(form["html"])]


def find_all(forms: dict[str, dict[str, Any]], asked: str) -> set[str]:
    """Look at every item: all words somewhere in it."""
    words = fold(asked).split()
    return {
        path
        for path, form in forms.items()
        if all(any(word in fold(piece) for piece in see(form)) for word in words)
    }


@pytest.fixture(scope="module", params=COUNTS)
def served(
    request: pytest.FixtureRequest, stores: Stores, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A portal of 150 items, or 10,000, published in three steps with edits and withdrawals, on loopback."""
    home = tmp_path_factory.mktemp("search")
    (home / "portal.yaml").write_text(PORTAL, encoding="utf-8")
    portal: Portal = load_portal(home / "portal.yaml")
    count, words = request.param[0], make_words(request.param[1])
    chance = random.Random(5)
    forms: dict[int, dict[str, Any]] = {}
    with stores.opened("sqlite", home / "store") as database:
        office = Office(database, portal)
        for step in range(3):
            for form in make_items(chance, count, words):
                item = office.write(**form, credit="省教育厅")
                office.approve(item, chance.choice(["bumen", "diqu", "tongzhi"]))
                forms[item] = form
            if step:
                _disturb(office, chance, forms, words)
            office.publish()
        by_path = {office.path_of(item): form for item, form in forms.items()}
        handler = functools.partial(_Quiet, directory=str(office.site))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}", by_path, office
            server.shutdown()
            thread.join()


def _disturb(
    office: Office, chance: random.Random, forms: dict[int, dict[str, Any]], words: list[str]
) -> None:
    for item in chance.sample(sorted(forms), 6):
        forms[item] = make_items(chance, 1, words)[0]
        office.write(item, **forms[item], credit="省教育厅")
        office.approve(item, "bumen")
    for item in chance.sample(sorted(forms), 4):
        office.decide(item, "withdraw")
        del forms[item]


@pytest.fixture
def page(served: Served) -> Iterator[Any]:
    with open_browser() as browser:
        opened = browser.new_page()
        opened.goto(f"{served[0]}/search/")
        opened.wait_for_selector("#search:not([hidden])")
        yield opened


ASK = """
async (fields) => {
  const form = document.getElementById("search"), list = document.getElementById("hits");
  const wait = async (done) => { while (!done()) await new Promise(r => setTimeout(r, 5)); };
  for (const name of "qcays") form.elements[name].value = fields[name] ?? (name == "s" ? "new" : "");
  delete list.dataset.done;
  form.requestSubmit();
  await wait(() => "done" in list.dataset);
  while (list.dataset.done != "1") {
    delete list.dataset.done;
    document.getElementById("more").click();
    await wait(() => "done" in list.dataset);
  }
  return [...list.querySelectorAll("h2 a")].map(a => new URL(a.href).pathname);
}
"""


def make_queries(chance: random.Random, forms: dict[str, dict[str, Any]]) -> list[str]:
    queries = ASKED.split("|")
    texts = ["".join(see(form)[2].split("\n")[1:3]) for form in forms.values()]
    while len(queries) < 56:
        text = chance.choice(texts)
        length = chance.choice([2, 2, 3, 3, 4, 6, 9])
        at = chance.randrange(len(text) - length)
        piece = text[at : at + length]
        if len(piece.split()) == 1 and len(piece.split()[0]) == length:
            queries.append(piece)
    return queries


@in_browser
def test_what_is_found_is_what_a_look_at_every_item_finds(page: Any, served: Served) -> None:
    base, forms, _ = served
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for query in make_queries(random.Random(11), forms):
        found = page.evaluate(ASK, {"q": query})
        assert len(found) == len(set(found)), query
        assert set(found) == find_all(forms, query), query
        order = [int(path.rpartition("/")[2][:-5]) for path in found]
        assert order == sorted(order, reverse=True), query
    assert all(url.startswith(base) for url in asked)


@in_browser
def test_filters_orders_marks_traditional_and_nothing_found(page: Any, served: Served) -> None:
    _, forms, _ = served
    everything = find_all(forms, "教育")
    columns = {key: set(page.evaluate(ASK, {"q": "教育", "c": key})) for key in ("bumen", "diqu", "tongzhi")}
    assert set.union(*columns.values()) == everything
    assert sum(map(len, columns.values())) == len(everything)
    assert all(columns.values())
    assert set(page.evaluate(ASK, {"q": "教育", "y": "2026"})) == everything
    best = page.evaluate(ASK, {"q": "教育", "s": "best"})
    assert set(best) == everything
    titled = ["教育" in forms[path]["title"] for path in best]
    assert titled == sorted(titled, reverse=True)
    assert page.locator("#hits li").first.locator("mark").first.text_content() == "教育"
    assert set(page.evaluate(ASK, {"q": "環境保護"})) == find_all(forms, "环境保护")
    assert page.evaluate(ASK, {"q": "環境 没有的词"}) == []
    assert page.locator("#help").is_visible()
    assert "没有找到" in page.locator("#told").text_content()
    page.goto(page.url.partition("?")[0] + "?q=教育&c=diqu")
    page.wait_for_selector("#hits li")
    assert page.locator("select[name=c]").input_value() == "diqu"


def _answer(status: int, route: Any) -> None:
    route.fulfill(status=status, body="")


@in_browser
def test_a_page_that_is_gone_since_the_index_was_read_is_no_hit_and_a_fault_is_told(
    page: Any,
) -> None:
    asked = "教育厅 政务"
    found = page.evaluate(ASK, {"q": asked})
    assert len(found) > 1
    for status, left in ((410, found[1:]), (404, found[1:]), (503, None)):
        page.route(f"**{found[0]}", functools.partial(_answer, status))
        page.goto(page.url.partition("?")[0])
        page.wait_for_selector("#search:not([hidden])")
        if left is not None:
            assert page.evaluate(ASK, {"q": asked}) == left
        else:
            page.fill("#search [name=q]", asked)
            page.press("#search [name=q]", "Enter")
            told = page.locator("#told")
            told.filter(has_text=told.get_attribute("data-failed")).wait_for()
        page.unroute_all()


def test_nothing_of_a_withdrawn_item_is_in_the_index_and_steps_give_what_one_build_gives(
    served: Served,
) -> None:
    office = served[2]
    item = office.approve(office.write(title="鼋鼍出没", html="<p>鼋鼍</p>"))
    office.publish()
    index = {path: raw for path, raw in read_site(office.site).items() if path.startswith("/search/")}
    assert any("鼋鼍".encode() in raw for raw in index.values())
    office.decide(item, "withdraw")
    office.publish()
    index = {path: raw for path, raw in read_site(office.site).items() if path.startswith("/search/")}
    assert not any("鼋鼍".encode() in raw for raw in index.values())
    office.publish(full=True)
    assert index == {path: raw for path, raw in read_site(office.site).items() if path.startswith("/search/")}


def test_the_page_says_without_script_how_to_look_by_column(
    served: Served,
) -> None:
    page = Path(served[2].site, "search", "index.html").read_text()
    assert "<noscript>" in page
    assert '<a href="/columns/bumen/">部门动态</a>' in page
    assert "connect-src 'self'" in page
    assert 'data-wait="正在檢索……"' in convert_page(page, "https://portal.example")


def test_parts_are_made_anew_when_their_numbers_are_all_given(
    database: Database, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {16: (16, 4, 4, 1), 4: (4, 2, 2, 1), 2: (2, 2, 2, 1), 0: (2, 1, 1, 1)}
    for module in (
        search,
        search_shards,
    ):  # both imported before: one that is made now would keep these counts
        monkeypatch.setattr(module, "COUNTS", counts)
    for name, size in (("LARGE", 16), ("MIDDLE", 4), ("SMALL", 2)):
        monkeypatch.setattr(search_shards, name, size)
    office = Office(database, portal)
    for number in range(7):
        for _ in range(3):
            office.approve(office.write(title=f"第{number}批"), "diqu" if number % 2 else "bumen")
        if number > 1:
            office.decide(number, "withdraw")
        office.publish()
    steps = read_site(office.site)
    assert {
        path.split("/")[2] for path in steps if path.startswith("/search/") and path.endswith(".bin")
    } == {
        "0-16",
        "16-4",
        "20-2",
        "22-0",
    }
    office.publish(full=True)
    assert read_site(office.site) == steps


def test_a_portal_without_search_offers_none_and_gets_one_when_it_is_wanted(
    database: Database, portal: Portal
) -> None:
    without = portal.model_copy(update={"settings": portal.settings.model_copy(update={"search": False})})
    office = Office(database, without)
    office.approve(office.write())
    office.publish()
    plain = read_site(office.site)
    assert not any(path.startswith("/search/") for path in plain)
    assert b'action="/search/"' not in plain["/index.html"]
    office.portal = portal
    office.publish()
    assert "/search/index.json" in read_site(office.site)
    office.portal = without
    office.publish()
    assert read_site(office.site) == plain
