"""The agencies of the sample province and what they publish; all names of places and media are invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from demo.content import Channel, Site
from demo.words import TOPICS

_DEPARTMENT = ("department", "province")
_PREFECTURE = ("prefecture", "prefecture")
_NEWS = "news"
_NOTICE = "notice"

_ODD_SELECTORS = (
    ("rows", ".feed-wall .tile"),
    ("title", ".tile-name"),
    ("link", "a.tile-go"),
    ("date", ".tile-when"),
    ("article_title", ".sheet .caption"),
    ("published", ".sheet .stamp"),
    ("credit", ".sheet .origin"),
    ("body", ".sheet .matter"),
)


def _office() -> Iterator[Site]:
    yield Site(
        "ban",
        "省政府办公厅（示例）",
        "省政府办公厅",
        "office",
        "province",
        "政府信息公开平台（示例）",
        "gkml",
        "yingji",
        (
            Channel("zcwj", 11, "政策文件", "document", "zhengce", 18, "zhengce", (1, 0), 5.0, 12),
            Channel("rsrm", 12, "人事任免", "appointment", "renshi", 6, "renshi", (0, 0), 9.0, 12),
            Channel("zwyw", 14, "政务要闻", _NEWS, "yaowen", 12, "yaowen", (1, 1), 1.5, 12),
            Channel("sqgk", 13, "省情概况", _NEWS, "gaikuang", 5, "gaikuang", (0, 0), 12.0, 12),
        ),
        sign="示政办",
    )


def _departments() -> Iterator[Site]:
    group, level = _DEPARTMENT
    yield Site(
        "jiaoyu",
        "省教育厅（示例）",
        "省教育厅",
        group,
        level,
        "示例教育网",
        "trs",
        "jiaoyu",
        (
            Channel("jyyw", 21, "教育要闻", _NEWS, "bumen", 22, None, (2, 1), 1.1),
            Channel("tzgg", 22, "通知公告", _NOTICE, "tongzhi", 14, "tongzhi", (0, 1), 3.0),
        ),
        sign="示教",
    )
    yield Site(
        "weijian",
        "省卫生健康委（示例）",
        "省卫生健康委",
        group,
        level,
        "示例卫生健康网",
        "trs",
        "weijian",
        (Channel("gzdt", 23, "工作动态", _NEWS, "bumen", 22, "bumen", (0, 0), 1.4),),
        sign="示卫",
    )
    yield from _labour_and_land()
    yield from _more_departments()


def _labour_and_land() -> Iterator[Site]:
    group, level = _DEPARTMENT
    yield Site(
        "jiaotong",
        "省交通运输厅（示例）",
        "省交通运输厅",
        group,
        level,
        "示例交通网",
        "jcms",
        "jiaotong",
        (
            Channel("jtyw", 1101, "交通要闻", _NEWS, "bumen", 48, "bumen", (3, 1), 0.8, 15),
            Channel("tzgg", 1102, "通知公告", _NOTICE, "tongzhi", 12, "tongzhi", (0, 0), 4.0, 15),
        ),
        sign="示交",
    )
    yield Site(
        "renshe",
        "省人力资源社会保障厅（示例）",
        "省人力资源社会保障厅",
        group,
        level,
        "示例人社网",
        "ucap",
        "renshe",
        (
            Channel("gzdt", 31, "工作动态", _NEWS, "bumen", 16, None, (1, 0), 1.5),
            Channel("zkxx", 32, "招考录用", _NOTICE, "zhaolu", 10, "zhaolu", (0, 0), 5.0),
        ),
        sign="示人社",
    )
    yield Site(
        "nongye",
        "省农业农村厅（示例）",
        "省农业农村厅",
        group,
        level,
        "示例农业农村网",
        "boda",
        "nongye",
        (Channel("nyyw", 1003, "三农要闻", _NEWS, "bumen", 24, None, (1, 1), 1.2),),
        sign="示农",
    )


def _more_departments() -> Iterator[Site]:
    group, level = _DEPARTMENT
    rows = (
        ("shengtai", "省生态环境厅", "示例生态环境网", "plain", "shengtai", "hbyw", "环保要闻", 20, (0, 1)),
        ("wenlv", "省文化和旅游厅", "示例文旅网", "trs", "wenlv", "wlzx", "文旅资讯", 20, (0, 0)),
        ("keji", "省科技厅", "示例科技网", "ucap", "keji", "kjdt", "科技动态", 14, (0, 0)),
        ("minzheng", "省民政厅", "示例民政网", "boda", "minzheng", "mzdt", "民政动态", 14, (0, 0)),
    )
    for number, (key, short, site_name, shape, topic, slug, name, count, fresh) in enumerate(rows, 41):
        channel = Channel(slug, number, name, _NEWS, "bumen", count, None, fresh, 1.6)
        yield Site(key, f"{short}（示例）", short, group, level, site_name, shape, topic, (channel,))
    notices = Channel("tzgg", 46, "公示公告", _NOTICE, "tongzhi", 15, "tongzhi", (0, 0), 3.5)
    yield Site(
        "caizheng",
        "省财政厅（示例）",
        "省财政厅",
        group,
        level,
        "示例财政网",
        "table",
        "caizheng",
        (notices,),
        sign="示财",
    )


def _prefectures() -> Iterator[Site]:
    group, level = _PREFECTURE
    yield Site(
        "yunhu",
        "云湖州人民政府（示例）",
        "云湖州政府",
        group,
        level,
        "示例云湖网",
        "ucap",
        "wenlv",
        (
            Channel("yhyw", 51, "云湖要闻", _NEWS, "diqu", 18, "diqu", (1, 1), 1.2),
            Channel("tzgg", 52, "公示公告", _NOTICE, "tongzhi", 8, "tongzhi", (0, 0), 6.0),
        ),
        sign="示云",
    )
    yield Site(
        "xueling",
        "雪岭州人民政府（示例）",
        "雪岭州政府",
        group,
        level,
        "示例雪岭网",
        "table",
        "shuili",
        (Channel("xlxw", 53, "雪岭新闻", _NEWS, "diqu", 14, "diqu", (0, 0), 1.8),),
    )
    yield Site(
        "jinyuan",
        "金原市人民政府（示例）",
        "金原市政府",
        group,
        level,
        "示例金原网",
        "odd",
        "minzheng",
        (Channel("jyxw", 54, "金原新闻", _NEWS, "diqu", 16, "diqu", (1, 0), 1.4, 8, _ODD_SELECTORS),),
    )
    yield Site(
        "changtan",
        "长滩州人民政府（示例）",
        "长滩州政府",
        group,
        level,
        "示例长滩网",
        "boda",
        "yingji",
        (
            Channel("ctyw", 1005, "长滩要闻", _NEWS, "diqu", 14, None, (0, 0), 1.6),
            Channel("tzgg", 1006, "通知公告", _NOTICE, "tongzhi", 8, "tongzhi", (0, 0), 5.0),
        ),
        sign="示长",
    )


def _outside() -> Iterator[Site]:
    yield Site(
        "donglan",
        "东澜省人民政府（示例）",
        "东澜省政府",
        "outside",
        "province",
        "示例东澜网",
        "trs",
        "keji",
        (Channel("dlzc", 61, "东澜要闻", _NEWS, "waisheng", 14, "waisheng", (1, 0), 1.9),),
        reprint="来源：东澜省政府网站",
    )
    yield Site(
        "nanping",
        "南坪省人民政府（示例）",
        "南坪省政府",
        "outside",
        "province",
        "示例南坪网",
        "jcms",
        "jiaotong",
        (
            Channel("npyw", 1201, "南坪要闻", _NEWS, "waisheng", 12, None, (0, 0), 2.2, 15),
            Channel("neibu", 1202, "内部参考", _NEWS, "waisheng", 4, "waisheng", (0, 0), 3.0, 15),
        ),
    )
    yield Site(
        "zhongyang",
        "中央示例网（示例）",
        "中央示例网",
        "media",
        "central",
        "中央示例网",
        "feed",
        "yingji",
        (Channel("yw", 71, "时政要闻", _NEWS, "redian", 20, None, (2, 2), 0.7, 20, (), "feed"),),
    )


def _other_lists() -> Iterator[Site]:
    """Lists as JSON and as sitemaps, counted down, by ASP.NET and by paths of PHP."""
    group, level = _DEPARTMENT
    paths = {
        "rows": "data.list",
        "link": "/slyw/view/{id}.html",
        "date": "publishDate",
        "total": "data.total",
    }
    counted = (("paths", {"title": "title", **paths}), ("paging", {"param": "page"}))
    yield Site(
        "shuili",
        "省水利厅（示例）",
        "省水利厅",
        group,
        level,
        "示例水利网",
        "api",
        "shuili",
        (
            Channel("slyw", 82, "水利要闻", _NEWS, "bumen", 24, None, (1, 0), 1.3, 10, (), "json", counted),
            Channel("tzgg", 83, "通知公告", _NOTICE, "tongzhi", 13, "tongzhi", (0, 1), 4.1),
        ),
        sign="示水",
    )
    under = (("under", "/sjdt/"),)
    yield Site(
        "shenji",
        "省审计厅（示例）",
        "省审计厅",
        group,
        level,
        "示例审计网",
        "sitemap",
        "caizheng",
        (Channel("sjdt", 84, "审计动态", _NEWS, "bumen", 23, None, (1, 1), 1.5, 10, (), "sitemap", under),),
    )
    rows = (
        ("hongliu", "红柳市政府", "红柳市人民政府", "示例红柳网", "down", "nongye", 85, "hlyw", "红柳要闻"),
        ("songtai", "松台州政府", "松台州人民政府", "示例松台网", "aspx", "jiaotong", 86, "styw", "松台要闻"),
        ("mingchuan", "明川州政府", "明川州人民政府", "示例明川网", "php", "weijian", 87, "mcyw", "明川要闻"),
    )
    for key, short, name, site_name, shape, topic, number, slug, title in rows:
        channel = Channel(slug, number, title, _NEWS, "diqu", 22, None, (1, 0), 1.7)
        yield Site(key, f"{name}（示例）", short, *_PREFECTURE, site_name, shape, topic, (channel,))


def name_agencies() -> tuple[Site, ...]:
    """Name the agencies of the sample: by groups, then five more whose lists come in other ways."""
    return (*_office(), *_departments(), *_prefectures(), *_outside(), *_other_lists())


_EXTRA_SHAPES = ("trs", "jcms", "ucap", "boda", "table", "plain")


def scale_agencies(agencies: int | None, items: int | None) -> tuple[Site, ...]:
    """Name as many agencies with, together, about as many items: more sites of counties, or longer lists.

    The named ones are always the same; where there are fewer, some of their traps are missing.
    """
    sites = name_agencies()
    wanted = len(sites) if agencies is None else agencies
    sites = sites[:wanted]
    count = sum(channel.count for site in sites for channel in site.channels)
    missing = 0 if items is None else max(0, items - count)
    extra = wanted - len(sites)
    if extra > 0:
        share, rest = divmod(missing, extra)
        return (*sites, *(_county(at, max(6, share + (at < rest))) for at in range(extra)))
    return tuple(_lengthen(site, missing / count) for site in sites) if missing else sites


def _county(at: int, count: int) -> Site:
    topics = tuple(TOPICS)
    short = f"示例县{at + 1:03d}政府"
    channel = Channel(
        "zwdt", 81, "政务动态", _NEWS, "diqu", count, None, (int(at % 3 == 0), 0), 60 / count, 20
    )
    shape = _EXTRA_SHAPES[at % len(_EXTRA_SHAPES)]
    topic = topics[at % len(topics)]
    name = f"{short}（示例）"
    return Site(
        f"xian{at + 1:03d}",
        name,
        short,
        "prefecture",
        "county",
        f"示例县{at + 1:03d}网",
        shape,
        topic,
        (channel,),
    )


def _lengthen(site: Site, factor: float) -> Site:
    longer = (
        replace(channel, count=round(channel.count * (1 + factor)), step=channel.step / (1 + factor))
        for channel in site.channels
    )
    return replace(site, channels=tuple(longer))
