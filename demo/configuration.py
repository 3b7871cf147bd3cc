"""Writes the demo's own sources.yaml and portal.yaml, plainly labelled as a sample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from demo.content import Channel, Site
from demo.lists import describe_screen, write_lists
from demo.province import Province
from demo.scripted import NAME, REASON, SITE, SLUG, name_list

_HEAD = (
    "# 示例配置，由 `caibian demo` 生成，重新运行会被覆盖。单位、栏目和号码均为虚构。\n"
    "# Written by `caibian demo`, and overwritten by its next run.\n"
)
_REASON = "演示：示例网站都在本机的 *.localhost 上（sample sites on this machine only）"
_SAMPLE_PERIODS = {"news": 14, "notice": 180, "document": 180, "appointment": 180}


@dataclass(frozen=True)
class Configured:
    """Where the demo's two files are."""

    sources: Path
    portal: Path


def write_configuration(province: Province, home: Path) -> Configured:
    """Write both files of the demo into its folder, which is made where it is missing."""
    home.mkdir(parents=True, exist_ok=True)
    done = Configured(home / "sources.yaml", home / "portal.yaml")
    done.sources.write_text(_HEAD + _dump(describe_sources(province)), encoding="utf-8")
    write_lists(home)
    portal = {**describe_portal(province), "screen": describe_screen()}
    done.portal.write_text(_HEAD + _dump(portal), encoding="utf-8")
    return done


def describe_sources(province: Province) -> dict[str, Any]:
    """Say what the demo's sources.yaml holds: loopback opened with its reason, small delays, all sources."""
    large = len(province.sites) > 30 or any(c.count > 200 for site in province.sites for c in site.channels)
    budgets = (
        {"pages": 2_000, "articles": 50_000, "minutes": 600} if large else {"pages": 20, "articles": 300}
    )
    return {
        "allow_networks": [
            {"network": "127.0.0.0/8", "reason": _REASON},
            {"network": "::1/128", "reason": _REASON},
        ],
        "defaults": {"every": "1d", "delay": 0.05, **budgets},
        "agencies": [_agency(province, site) for site in province.sites],
        "sources": [
            *(_source(province, site, channel) for site in province.sites for channel in site.channels),
            *([_scripted(province)] if SITE in province.site else []),
        ],
    }


def _scripted(province: Province) -> dict[str, Any]:
    """The list that only a browser shows: switched off, since the demo must run without one."""
    return {
        "id": f"{SITE}-{SLUG}",
        "agency": SITE,
        "name": NAME,
        "address": province.address(SITE, name_list()),
        "browser": True,
        "enabled": False,
        "reason": REASON,
    }


def _agency(province: Province, site: Site) -> dict[str, Any]:
    return {
        "key": site.key,
        "name": site.name,
        "short_name": site.short_name,
        "group": site.group,
        "level": site.level,
        "site_name": site.site_name,
        "home": province.address(site.key, "/"),
        **({} if site.level == "county" else {"responsible": {"post": "办公室主任（示例）"}}),
    }


def _source(province: Province, site: Site, channel: Channel) -> dict[str, Any]:
    stated = {
        "id": f"{site.key}-{channel.slug}",
        "agency": site.key,
        "name": channel.name,
        "address": province.list_address(site, channel),
        "column": channel.column,
        "kind": None if channel.site_kind == "auto" else channel.site_kind,
        "selectors": dict(channel.selectors),
        "reprint": site.reprint,
        **dict(channel.keys),
    }
    return {key: value for key, value in stated.items() if value}


def describe_portal(province: Province) -> dict[str, Any]:
    """Say what the demo's portal.yaml holds: a labelled identity, three zones, rules, duties, links."""
    return {
        "identity": _identity(province.port + 1),
        "zones": list(_zones()),
        "group_columns": {
            "department": "bumen",
            "prefecture": "diqu",
            "outside": "waisheng",
            "media": "redian",
        },
        "rules": list(_rules()),
        "duties": list(_duties(province)),
        "links": list(_links(province)),
        "guide": list(_guide()),
        "settings": {"hold_minutes": 5, "page_size": 20, "front_rows": 8, "traditional": True},
    }


def _identity(port: int) -> dict[str, str]:
    return {
        "name": "中国青海（示例）",
        "legal_name": "青海省人民政府门户网站（示例）",
        "site_name": "中国青海（示例）",
        "site_domain": "www.example.gov.cn",
        "site_id_code": "6300000000",
        "base_url": f"http://127.0.0.1:{port}",
        "organizer": "青海省人民政府办公厅（示例）",
        "undertaker": "门户网站编辑部（示例）",
        "address": "西宁市示例路 1 号（示例）",
        "phone": "0971-0000000",
        "hours": "工作日 08:30–18:00",
        "email": "portal@example.gov.cn",
        "icp": "青ICP备00000000号（示例）",
        "police": "青公网安备00000000000000号（示例）",
        "error_report": "https://example.gov.cn/error-report",
        "crawler_contact": "portal@example.gov.cn",
        "notice": "演示站点：单位、稿件和数字均为示例，不是真实信息",
    }


def _zones() -> Iterator[dict[str, Any]]:
    yield {
        "key": "dongtai",
        "name": "动态信息",
        "note": "每个工作日更新",
        "columns": [
            _column("yaowen", "青海要闻", "全省重要新闻", "动态信息", 14),
            _column("redian", "热点新闻", "公众关注的新闻", "动态信息", 14),
            _column("bumen", "部门动态", "省政府各部门的工作动态", "动态信息", 14),
            _column("diqu", "地区动态", "各市州和县区的工作动态", "动态信息", 14),
            _column("waisheng", "外省传真", "其他省区市的经验做法", "动态信息", 14),
        ],
    }
    yield {
        "key": "gongkai",
        "name": "政务公开",
        "note": "政府文件以正式文本为准",
        "columns": [
            {
                **_column(
                    "zhengce", "政策文件", "省政府及办公厅的政策文件", "政策文件", 180, style="documents"
                ),
                "links": [
                    {"name": "国家政策文件库（示例）", "url": "https://policy.example.gov.cn/"},
                    {"name": "省政府公报（示例）", "url": "https://gazette.example.gov.cn/"},
                ],
            },
            _column("tongzhi", "通知公告", "面向社会的通知、公告和公示", "通知公告", 180, style="notices"),
            _column(
                "renshi",
                "人事任免",
                "省政府的任免通知",
                "人事信息",
                180,
                style="notices",
                risk="high",
                reviews=2,
            ),
            {
                **_column("zhaolu", "招考录用", "招聘、考试和录用公告", "人事信息", 180, style="notices"),
                "topic": {
                    "title": "招考录用服务季（示例）",
                    "lead": "集中发布公务员、事业单位和教师招考的公告、名单和成绩。",
                    "unit": "省人力资源和社会保障厅（示例）",
                    "starts": "2026-01-01",
                },
            },
        ],
    }
    yield {
        "key": "gaikuang",
        "name": "青海概况",
        "note": "内容为示例，以统计部门公布为准",
        "columns": [
            _column("gaikuang", "省情概况", "认识青海", "概况信息", None, risk="low"),
            _column("duiwai", "对外交流", "演示空栏目：没有稿件时不显示", "概况信息", None, risk="low"),
        ],
    }


def _guide() -> Iterator[dict[str, Any]]:
    """The guide to public information, in the usual four parts; every word of it is a sample."""
    yield {
        "title": "公开范围",
        "text": [
            "本机关主动公开规章、规范性文件、人事任免、规划计划、统计信息、财政预决算等信息，具体见公开目录。",
            "依法确定为国家秘密的信息，法律、行政法规禁止公开的信息，不予公开。",
        ],
    }
    yield {
        "title": "公开形式",
        "text": "主动公开的信息在本网站公布，公开目录按发布机构、主题分类和年份编排，并提供可下载的数据。",
    }
    yield {
        "title": "公开时限",
        "text": "主动公开的信息自形成或者变更之日起 20 个工作日内公开；法律、法规另有规定的除外。",
    }
    yield {
        "title": "依申请公开",
        "text": [
            "需要主动公开以外的信息，可以书面向本机关申请，写明姓名、身份证明、联系方式和所需信息的名称、文号。",
            "受理机构：政府信息公开办公室（示例），电话和地址见页尾。",
        ],
    }


def _column(
    key: str,
    name: str,
    description: str,
    kind: str,
    period: int | None,
    style: str = "news",
    risk: str = "normal",
    reviews: int = 1,
) -> dict[str, Any]:
    stated = {
        "key": key,
        "name": name,
        "description": f"{description}（示例）",
        "keywords": ["青海", name],
        "type": kind,
        "style": style,
        "risk": risk,
        "reviews": reviews,
        "period_days": period,
    }
    return {name: value for name, value in stated.items() if value is not None}


def _rules() -> Iterator[dict[str, Any]]:
    """The last ones say again what the groups' own columns say, so that their reason reads well."""
    rows: tuple[tuple[str, str, float, dict[str, Any]], ...] = (
        ("renshi", "标题含任免、任职，来自办公厅", 0.95, {"group": ["office"], "title": ["任免", "任职"]}),
        (
            "tongzhi",
            "部门和市州的通知、公告、公示",
            0.85,
            {"group": ["department", "prefecture"], "title": ["的通知", "公告", "公示", "通告"]},
        ),
        ("redian", "中央媒体的时政要闻", 0.8, {"group": ["media"]}),
        ("waisheng", "外省政府网站的动态", 0.9, {"group": ["outside"]}),
        ("bumen", "省政府部门的动态", 0.85, {"group": ["department"]}),
        ("diqu", "市州和县区的动态", 0.85, {"group": ["prefecture"]}),
    )
    for column, name, probability, when in rows:
        yield {"column": column, "name": name, "probability": probability, "when": when, "sample": True}


def _duties(province: Province) -> Iterator[dict[str, Any]]:
    for site in _named(province):
        for channel in site.channels:
            yield {
                "column": channel.expected,
                "agency": site.key,
                "share": "lead",
                "period_days": _SAMPLE_PERIODS[channel.kind],
                "sample": True,
            }


def _named(province: Province) -> list[Site]:
    """The agencies that every sample has; a county that a larger one adds has neither duty nor link."""
    return [site for site in province.sites if site.level != "county"]


def _links(province: Province) -> Iterator[dict[str, Any]]:
    names = {
        "department": "省政府部门（示例）",
        "prefecture": "市州政府（示例）",
        "outside": "外省政府（示例）",
        "media": "媒体（示例）",
    }
    for group, name in names.items():
        members = [site for site in _named(province) if site.group == group]
        if members:
            links = [
                {
                    "name": site.short_name,
                    "url": province.address(site.key, "/"),
                    **({"mutual": True} if group == "outside" else {}),
                }
                for site in members
            ]
            yield {"name": name, "links": links}


def _dump(content: dict[str, Any]) -> str:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.width = 200
    out = StringIO()
    yaml.dump(content, out)
    return out.getvalue()
