"""The demo's two files load without a fault, open loopback only, and say that they are samples."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from demo.configuration import write_configuration
from demo.province import make_province
from portal import check_both, load_portal
from sources import Paths, load_sources

PROVINCE = make_province(date(2026, 11, 21))


def test_both_files_hold_without_a_fault(tmp_path: Path) -> None:
    done = write_configuration(PROVINCE, tmp_path / "demo")
    paths = Paths(tmp_path, "sqlite://", done.sources, done.portal)
    assert check_both(paths) == []


def test_every_list_of_the_province_is_a_source_that_is_crawled(tmp_path: Path) -> None:
    done = write_configuration(PROVINCE, tmp_path)
    sources = load_sources(done.sources)
    wanted = {f"{site.key}-{channel.slug}" for site in PROVINCE.sites for channel in site.channels}
    assert {source.id for source in sources.enabled()} == wanted
    assert {id for truth in PROVINCE.truth.values() for id in truth.sources} <= wanted
    assert all(0 < source.delay <= 0.2 for source in sources.sources)
    assert sources.source("zhongyang-yw").kind == "feed"
    assert sources.source("jinyuan-jyxw").selectors["rows"]


def test_only_loopback_is_opened_and_with_a_reason(tmp_path: Path) -> None:
    sources = load_sources(write_configuration(PROVINCE, tmp_path).sources)
    assert {str(allowed.network) for allowed in sources.allow_networks} == {"127.0.0.0/8", "::1/128"}
    assert all(allowed.reason for allowed in sources.allow_networks)


def test_the_portal_says_that_it_is_a_sample(tmp_path: Path) -> None:
    portal = load_portal(write_configuration(PROVINCE, tmp_path).portal)
    assert "示例" in portal.identity.name
    assert "示例" in (portal.identity.notice or "")
    assert [zone.name for zone in portal.zones] == ["动态信息", "政务公开", "青海概况"]
    assert portal.column("renshi").reviews == 2
    assert all(duty.sample for duty in portal.duties)
    assert all(rule.sample for rule in portal.rules)
    assert {truth.column for truth in PROVINCE.truth.values()} <= {column.key for column in portal.columns}


@pytest.mark.parametrize(("agencies", "items"), [(2, None), (40, 1_000), (1_000, 100_000)])
def test_a_scaled_province_is_configured_too(tmp_path: Path, agencies: int, items: int | None) -> None:
    done = write_configuration(make_province(date(2026, 11, 21), agencies=agencies, items=items), tmp_path)
    portal = load_portal(done.portal)
    sources = load_sources(done.sources, {column.key for column in portal.columns})
    assert len(sources.agencies) == agencies
