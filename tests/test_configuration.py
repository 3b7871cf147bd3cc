"""The two configuration files: what they mean, the shipped ones, and that the docs know every key."""

from __future__ import annotations

import ipaddress
import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import portal as portal_file
import sources as sources_file
from entries import Entry, read_period, write_period
from errors import NotFound
from portal import Column, Portal, Settings, Zone, check_both, load_portal
from sources import (
    GROUP_NAMES,
    GROUPS,
    LEVEL_NAMES,
    LEVELS,
    Agency,
    AllowedNetwork,
    Paths,
    Source,
    Sources,
    load_sources,
)

ROOT = Path(__file__).parent.parent

SOURCES = """\
allow_networks:
  - {network: 127.0.0.0/8, reason: 示例省在本机}
  - {network: "::1/128", reason: 示例省在本机}
defaults:
  every: 1d 12h
  delay: 2
agencies:
  - key: jyt
    name: 青海省教育厅
    short_name: 省教育厅
    group: department
    level: province
    responsible: {post: 办公室主任, phone: 0971}
  - {key: xining, name: 西宁市人民政府, group: prefecture, level: prefecture, home: }
sources:
  - id: jyt-tzgg
    agency: jyt
    name: 通知公告
    address: https://jyt.example.gov.cn/zwgk/tzgg/
    column: tzgg
    delay: 0.5
    expects: {days: 14}
    selectors: {rows: 'ul.list li', body: "#zoom"}
  - id: xining-yw
    agency: xining
    name: 123
    address: http://[::1]:8620/yw/
    enabled: False
    reason: 未试采
"""


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    path = tmp_path / "sources.yaml"
    path.write_text(SOURCES, encoding="utf-8")
    return load_sources(path, columns=["tzgg"])


def test_defaults_are_written_into_each_source_that_says_nothing(sources: Sources) -> None:
    first, second = sources.sources
    assert (first.every, first.delay, first.pages) == (timedelta(days=1, hours=12), 0.5, 20)
    assert (second.every, second.delay) == (timedelta(days=1, hours=12), 2.0)


def test_a_number_is_one_only_where_a_number_is_wanted(sources: Sources) -> None:
    responsible = sources.agency("jyt").responsible
    assert responsible is not None
    assert responsible.phone == "0971"
    assert sources.source("xining-yw").name == "123"


def test_what_is_not_known_stays_empty(sources: Sources) -> None:
    assert sources.agency("xining").home is None
    assert sources.agency("xining").responsible is None
    assert sources.source("xining-yw").expects.days is None
    assert sources.source("jyt-tzgg").expects.days == 14


def test_a_source_is_found_by_its_id_and_only_enabled_ones_are_crawled(sources: Sources) -> None:
    assert sources.enabled() == (sources.source("jyt-tzgg"),)
    assert sources.agency("jyt").shown == "省教育厅"
    assert sources.agency("xining").shown == "西宁市人民政府"
    with pytest.raises(NotFound, match="no source jyt"):
        sources.source("jyt")
    with pytest.raises(NotFound, match="no agency tzgg"):
        sources.agency("tzgg")


def test_networks_are_networks(sources: Sources) -> None:
    assert [allowed.network for allowed in sources.allow_networks] == [
        ipaddress.ip_network("127.0.0.0/8"),
        ipaddress.ip_network("::1/128"),
    ]


def test_the_models_can_be_made_in_code_too() -> None:
    agency = Agency(key="a", name="甲", group="office", level="province")
    source = Source(id="a-b", agency="a", name="乙", address="http://a.localhost:8620/", delay=0.01)
    inside = AllowedNetwork(network=ipaddress.ip_network("127.0.0.0/8"), reason="示例省在本机")
    made = Sources(allow_networks=(inside,), agencies=(agency,), sources=(source,))
    assert made.source("a-b").delay == 0.01
    assert made.source("a-b").every == timedelta(days=1)


def test_a_file_with_a_bom_and_windows_lines_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SOURCES.replace("\n", "\r\n").encode())
    assert len(load_sources(path).sources) == 2


def test_columns_know_their_zone_and_their_slug() -> None:
    column = Column(key="bm_dt", name="部门动态", description="甲", keywords=("乙",), type="动态信息")
    zone = Zone(key="dongtai", name="动态信息", columns=(column,))
    assert zone.columns[0].zone == "dongtai"
    assert zone.columns[0].slug == "bm-dt"


@given(st.integers(1, 9999 * 1440))
def test_a_period_is_read_as_it_is_written(minutes: int) -> None:
    period = timedelta(minutes=minutes)
    assert read_period(write_period(period)) == period


@pytest.mark.parametrize(
    "text", ["", "0d", "1w", "1h 1d", "1d1d", "-1d", "1.5d", "1 d", "d", " 1d", "1D", "１d"]
)
def test_a_period_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a period such as"):
        read_period(text)


def test_the_files_lie_in_the_working_folder_unless_the_environment_says_otherwise(tmp_path: Path) -> None:
    assert Paths.from_env({"CAIBIAN_HOME": ""}, tmp_path) == Paths(
        home=tmp_path / "var",
        database_url=f"sqlite:///{tmp_path / 'var' / 'caibian.sqlite'}",
        sources=tmp_path / "sources.yaml",
        portal=tmp_path / "portal.yaml",
    )
    environ = {
        "CAIBIAN_HOME": "/srv/caibian",
        "CAIBIAN_DATABASE_URL": "postgresql://portal",
        "CAIBIAN_SOURCES": "etc/s.yaml",
        "CAIBIAN_PORTAL": "/etc/p.yaml",
    }
    assert Paths.from_env(environ, tmp_path) == Paths(
        Path("/srv/caibian"), "postgresql://portal", tmp_path / "etc/s.yaml", Path("/etc/p.yaml")
    )


def test_settings_left_out_are_the_usual_ones() -> None:
    settings = Settings(index_number_pattern=r"[0-9]{9}/[0-9]{4}-[0-9]{5}")
    assert (settings.hold_minutes, settings.old_after_days, settings.keep_releases) == (5, 30, 5)


# The files that are shipped.


def test_the_shipped_files_have_no_fault() -> None:
    assert check_both(Paths.from_env({}, ROOT)) == []


def test_a_fresh_clone_crawls_nobody() -> None:
    shipped = load_sources(ROOT / "sources.yaml")
    assert len(shipped.sources) >= 100
    assert shipped.enabled() == ()
    assert all(source.reason for source in shipped.sources)
    assert shipped.allow_networks == ()


def test_the_shipped_sources_invent_nobody() -> None:
    shipped = load_sources(ROOT / "sources.yaml")
    assert all(agency.responsible is None for agency in shipped.agencies)
    assert {agency.group for agency in shipped.agencies} >= {"office", "department", "prefecture", "outside"}


def test_the_shipped_portal_has_the_three_zones_and_the_columns_of_automatic_collection() -> None:
    shipped = load_portal(ROOT / "portal.yaml")
    assert [zone.name for zone in shipped.zones] == ["青海概况", "动态信息", "政务公开"]
    names = {column.name for column in shipped.columns}
    assert names >= {"部门动态", "地区动态", "外省传真", "热点新闻", "青海要闻", "通知公告", "政策文件"}
    assert all(duty.sample for duty in shipped.duties)
    assert shipped.column("zcwj").reviews == 2
    with pytest.raises(NotFound, match="no column x"):
        shipped.column("x")


def test_the_shipped_portal_keeps_the_update_periods_of_the_inspections() -> None:
    """Two weeks for news, six months for notices and policy documents."""
    shipped = load_portal(ROOT / "portal.yaml")
    periods = {column.key: column.period_days for column in shipped.columns}
    assert {periods[key] for key in ("qhyw", "rdxw", "bmdt", "dqdt", "wscz")} == {14}
    assert {periods[key] for key in ("tzgg", "zcwj")} == {180}


# The docs.


def find_models(model: type[Entry]) -> set[type[Entry]]:
    """List a model and every model inside it."""
    found = {model}
    for field in model.model_fields.values():
        for inner in re.findall(r"\b[A-Z]\w+", str(field.annotation)):
            kind = getattr(sources_file, inner, None) or getattr(portal_file, inner, None)
            if isinstance(kind, type) and issubclass(kind, Entry):
                found |= find_models(kind)
    return found


SECTIONS = {
    "Sources": "### The file",
    "AllowedNetwork": "### allow_networks",
    "Defaults": "### defaults",
    "Agency": "### agencies",
    "Responsible": "#### responsible",
    "Source": "### sources",
    "Expects": "#### expects",
    "JsonPaths": "#### paths",
    "Paging": "#### paging",
    "Portal": "### The file",
    "Identity": "### identity",
    "Zone": "### zones",
    "Column": "#### columns",
    "Rule": "### rules",
    "When": "#### when",
    "Duty": "### duties",
    "Topic": "#### topic",
    "GuideSection": "### guide",
    "LinkGroup": "### links",
    "Link": "#### a link",
    "Screen": "### screen",
    "WordList": "#### words",
    "Settings": "### settings",
}


def read_rows(page: str, section: str) -> list[str]:
    """List the keys in the first column of a section's table."""
    _, _, below = (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"\n{section}\n")
    text = re.split(r"\n##", below)[0]
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return [key for cell in cells for key in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize(("page", "model"), [("sources.md", Sources), ("portal.md", Portal)])
def test_the_docs_explain_every_key_and_no_other(page: str, model: type[Entry]) -> None:
    models = find_models(model)
    assert len(models) > 6
    for kind in models:
        keys = set(kind.model_fields) - {"zone"}
        assert set(read_rows(page, SECTIONS[kind.__name__])) == keys, kind.__name__


def test_the_docs_explain_every_selector() -> None:
    assert tuple(read_rows("sources.md", "#### selectors")) == sources_file.SELECTOR_PARTS


def test_every_key_says_what_is_expected_of_it() -> None:
    for kind in find_models(Sources) | find_models(Portal):
        for name, field in kind.model_fields.items():
            assert field.description, f"{kind.__name__}.{name}"


def test_groups_and_levels_have_their_chinese_names() -> None:
    assert tuple(GROUP_NAMES) == GROUPS
    assert tuple(LEVEL_NAMES) == LEVELS
