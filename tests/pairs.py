"""Makes pairs of items by the thousand: copies as sites really make them, and fillings of one template."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from demo.words import TOPICS
from demo.writing import Writer, write_title
from pipelines.cluster_guard import Traits

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_GIVEN = ["伟", "芳", "秀英", "建国", "丽娟", "志强", "海燕", "晓东", "玉兰", "国栋", "文静", "永福"]
_PLACES = [
    "麦川乡",
    "松台镇",
    "白石沟村",
    "柳湾村",
    "青坪县",
    "三道梁镇",
    "沙柳湾乡",
    "云湖县",
    "金原市",
    "雪岭县",
]
_AGENCIES = [
    "省教育厅",
    "省财政厅",
    "省水利厅",
    "省民政厅",
    "省交通运输厅",
    "云湖州政府",
    "金原市政府",
    "青坪县政府",
]
_SIGNS = ["示教", "示财", "示水", "示民", "示交", "示云", "示金", "示青"]
_EDITORS = (
    "编者按：此项工作与我地群众关系密切，现转发如下，供各单位参考借鉴。",
    "近日，上级部门发布了一则消息，内容与本地各单位的工作直接有关，本网全文转发，请结合实际认真学习。",
    "按：各乡镇要对照文中做法查找不足，本网予以转载。",
)
_TAILS = (
    "来源：示例日报\n责任编辑：张三",
    "（记者 李四 通讯员 王五）",
    "扫一扫在手机打开当前页\n打印本页 关闭窗口",
    "版权声明：凡本网注明来源的稿件，转载时请注明出处，违者本网将依法追究责任。",
    "相关链接：示例省政府门户网站首页信息公开专栏办事服务互动交流网站地图联系我们",
)
_HEADS = (
    "发布时间：2026-11-05 10:20 浏览次数：318",
    "【字体：大 中 小】 打印 分享到：",
    "当前位置：首页 > 新闻中心 > 部门动态",
)

Item = Traits


@dataclass(frozen=True)
class Pair:
    """Two items; `together` is the truth, `kind` how the second was made of the first."""

    kind: str
    one: Item
    other: Item
    together: bool


def make_pairs(count: int, seed: int = 1) -> Iterator[Pair]:
    """Make `count` pairs: half of them copies, half two fillings of one template, every kind in turn."""
    chance = Random(seed)
    copies, templates = tuple(COPIES), tuple(SLOTS)
    for at in range(count // 2):
        kind = copies[at % len(copies)]
        one = write_news(chance) if chance.random() < 0.6 else fill_template(chance)
        yield Pair(kind, one, COPIES[kind](chance, one), True)
        slot = templates[at % len(templates)]
        yield _make_distinct(chance, slot)


def write_news(chance: Random) -> Item:
    """Write a news story in the words of the sample province."""
    topic = chance.choice(tuple(TOPICS))
    unit = chance.choice(_AGENCIES)
    writer = Writer.begin(chance, topic, unit)
    return Traits(write_title(chance, topic, unit, "news"), "\n".join(writer.write_story()))


# --- copies ---


def _retitle(chance: Random, item: Item) -> Item:
    words = item.title
    return replace(
        item, title=chance.choice((f"关注：{words}", words[: len(words) * 2 // 3], f"我省{words}成效好"))
    )


def _prefix(chance: Random, item: Item) -> Item:
    return replace(
        item, title=chance.choice(("【转发】", "[转载]", "转发：", "（转）", "【图文】")) + item.title
    )


def _comment(chance: Random, item: Item) -> Item:
    return replace(item, text=f"{chance.choice(_EDITORS)}\n{item.text}")


def _frame(chance: Random, item: Item) -> Item:
    return replace(item, text=f"{chance.choice(_HEADS)}\n{item.text}\n{chance.choice(_TAILS)}")


def _widen(chance: Random, item: Item) -> Item:
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    return replace(item, title=item.title.translate(wide), text=item.text.translate(wide))


def _cut(chance: Random, item: Item) -> Item:
    third = len(item.text) // 3
    return replace(item, text=item.text[:-third] if chance.random() < 0.7 else item.text[third:])


def _repunctuate(chance: Random, item: Item) -> Item:
    marks = str.maketrans({"，": ",", "。": ".", "“": "「", "”": "」", "；": ";", "：": ":"})
    return replace(item, text=item.text.translate(marks).replace("\n", "\n\n　　"))


def _drop_paragraph(chance: Random, item: Item) -> Item:
    lines = item.text.split("\n")
    longest = max(map(len, lines))
    able = [at for at, line in enumerate(lines) if len(line) < longest] or [0]
    lines.pop(chance.choice(able))
    return replace(item, text="\n".join(lines))


def _add_paragraph(chance: Random, item: Item) -> Item:
    lines = item.text.split("\n")
    added = f"据了解，{chance.choice(_PLACES)}此前已有{chance.randint(3, 90)}个单位参加，群众反映良好。"
    lines.insert(chance.randint(1, len(lines)), added)
    return replace(item, text="\n".join(lines))


def _all_at_once(chance: Random, item: Item) -> Item:
    return _prefix(chance, _frame(chance, _comment(chance, item)))


COPIES: dict[str, Callable[[Random, Item], Item]] = {
    "same": lambda chance, item: item,
    "title": _retitle,
    "prefix": _prefix,
    "editor's line": _comment,
    "boilerplate": _frame,
    "full width": _widen,
    "cut third": _cut,
    "punctuation": _repunctuate,
    "paragraph dropped": _drop_paragraph,
    "paragraph added": _add_paragraph,
    "all at once": _all_at_once,
}


# --- fillings of one template ---

_TEMPLATES: tuple[tuple[str, str], ...] = (
    (
        "关于{place}农村道路补助资金{amount}万元分配方案的公示",
        (
            "根据年度农村道路补助计划，拟安排{place}补助资金{amount}万元，现予公示，公示期五个工作日。\n"
            "资金用于村内道路硬化和排水设施，由{agency}组织实施，财政部门按进度拨付，项目完工后开展绩效评价。\n"
            "公示期内如有异议，请以书面形式实名反映，并附联系方式，联系人{name}，受理部门将在十个工作日内答复。\n{agency}\n{date}"
        ),
    ),
    (
        "关于{name}同志任职的通知",
        (
            "各市、州人民政府，省政府各委、办、厅、局：\n经研究决定，任命{name}为{agency}示例事务中心主任，试用期一年，"
            "任职时间自{date}起计算。该中心编制{amount}名，办公地点设在{place}。\n"
            "请有关单位按照干部管理权限做好工作交接，交接情况及时报告，并按规定办理相关手续。\n特此通知。\n{agency}\n{date}"
        ),
    ),
    (
        "关于管网检修临时停水的公告",
        (
            "因供水主管网检修，定于{date}9时至17时对{place}部分路段临时停水，请相关用户提前做好储水准备。\n"
            "停水范围为示例大街、湖滨路以及沿线居民小区共{amount}户，医院、学校由应急供水车保障。"
            "恢复供水初期可能出现短时水质浑浊，属正常现象，放水片刻即可使用。\n给您带来不便，敬请谅解。咨询请找{name}。\n{agency}"
        ),
    ),
    (
        "{agency}行政处罚决定公告",
        (
            "当事人{name}在{place}从事经营活动时，未按规定办理备案手续，违反了有关管理规定，事实清楚，证据充分。\n"
            "{agency}于{date}依法作出行政处罚决定，责令限期改正，并处罚款{amount}元。当事人应当自收到决定书之日起十五日内履行，"
            "逾期不履行的，将依法申请人民法院强制执行。\n当事人如不服本决定，可以依法申请行政复议或者提起行政诉讼。特此公告。"
        ),
    ),
    (
        "{agency}关于开展专项检查的通知",
        (
            "各县（市、区）有关单位：\n为进一步规范管理，{agency}决定自{date}起在{place}等地开展专项检查，现将有关事项通知如下。\n"
            "一、检查内容包括制度建设、台账管理、隐患整改等情况，重点检查上年度发现问题的整改落实情况。\n"
            "二、检查采取听取汇报、查阅资料、实地察看等方式进行，计划抽查单位{amount}家，检查结果将予以通报。\n"
            "三、各单位要高度重视，明确专人负责，按时报送有关材料。联系人：{name}。\n{agency}\n{date}"
        ),
    ),
)


@dataclass(frozen=True)
class Filling:
    """What stands in the slots of a template."""

    number: str
    date: str
    amount: str
    name: str
    agency: str
    place: str


def draw_filling(chance: Random) -> Filling:
    """Draw something for every slot."""
    at = chance.randrange(len(_AGENCIES))
    return Filling(
        number=f"{_SIGNS[at]}〔2026〕{chance.randint(1, 180)}号",
        date=f"2026年{chance.randint(1, 11)}月{chance.randint(1, 28)}日",
        amount=str(chance.randint(11, 980)),
        name=chance.choice(_SURNAMES) + chance.choice(_GIVEN),
        agency=_AGENCIES[at],
        place=chance.choice(_PLACES),
    )


def fill_template(chance: Random, which: int | None = None, filling: Filling | None = None) -> Item:
    """Fill a template; half of the time the number stands on the page, else the item has none."""
    title, text = _TEMPLATES[chance.randrange(len(_TEMPLATES)) if which is None else which]
    slots = (filling or draw_filling(chance)).__dict__
    return Traits(title.format(**slots), text.format(**slots))


SLOTS = ("number", "date", "amount", "name", "agency", "place", "all")


def _make_distinct(chance: Random, slot: str) -> Pair:
    """Two notices that differ in one slot (or in all): whatever else, they are two notices."""
    which = chance.randrange(len(_TEMPLATES))
    one, other = draw_filling(chance), draw_filling(chance)
    while any(getattr(one, name) == getattr(other, name) for name in one.__dict__):
        other = draw_filling(chance)
    mixed = other if slot == "all" else replace(one, **{slot: getattr(other, slot)})
    first, second = (fill_template(chance, which, filling) for filling in (one, mixed))
    if slot == "number":
        as_field = chance.random() < 0.5
        first, second = (
            _put_number(item, filling.number, as_field) for item, filling in ((first, one), (second, mixed))
        )
    return Pair(slot, first, second, False)


def _put_number(item: Item, number: str, as_field: bool) -> Item:
    return replace(item, doc_number=number) if as_field else replace(item, text=f"{number}\n{item.text}")
