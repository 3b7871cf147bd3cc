"""What the sample province holds on purpose: each trap by its place, so that tests can find it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from demo.content import Site

FOUR_BYTES = "㐂𠀀"
SECRET_MARK = "机密★1年"
EDITORS_LINE = "编者按：此项工作与我地群众关系密切，现转发如下，供各单位参考借鉴。"


@dataclass(frozen=True)
class Place:
    """Where an article stands at the first night: its age counts from the newest, 0."""

    site: str
    channel: str
    age: int


@dataclass(frozen=True)
class Sheet:
    """A document of an article: its words, the kind of file, and the lines inside."""

    name: str
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Override:
    """What of an article is not left to chance; `changed` replaces its text from the second night on."""

    trap: str
    title: str | None = None
    paragraphs: tuple[str, ...] | None = None
    changed: tuple[str, ...] | None = None
    appended: str | None = None
    doc_number: str | None = None
    credit: str | None = None
    column: str | None = None
    repost_of: Place | None = None
    editors_line: str | None = None
    sheets: tuple[Sheet, ...] = ()
    pictures: int = 0
    mark: str | None = None
    dated: bool = True
    pinned: bool = False
    age_days: int | None = None
    meta_days: int | None = None
    gone: bool = False
    outcome: str = "item"
    secrets: tuple[str, ...] = ()


def make_number(serial: int) -> str:
    """Make an identity number whose check digit is right and whose region (990101) does not exist."""
    digits = f"99010119900101{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return digits + "10X98765432"[total % 11]


def lay_traps(sites: tuple[Site, ...], year: int) -> dict[Place, Override]:
    """Say where every trap stands; those of agencies that this province does not have are left out."""
    laid = (
        *_reposts(),
        *_templates(year),
        *_blocks(),
        *_sheets(),
        *_dates(),
        *_nights(),
        *_looks(),
        *_others(),
    )
    counts = {(site.key, channel.slug): channel.count for site in sites for channel in site.channels}

    def stands(place: Place) -> bool:
        return place.age < counts.get((place.site, place.channel), 0)

    return {
        place: override
        for place, override in laid
        if stands(place) and (override.repost_of is None or stands(override.repost_of))
    }


_Laid = Iterator[tuple[Place, Override]]


def _reposts() -> _Laid:
    central, education = Place("zhongyang", "yw", 5), Place("jiaoyu", "jyyw", 6)
    rows = (
        (Place("wenlv", "wlzx", 3), central, EDITORS_LINE),
        (Place("jinyuan", "jyxw", 2), central, EDITORS_LINE),
        (Place("shengtai", "hbyw", 2), Place("zhongyang", "yw", 4), EDITORS_LINE),
        (Place("weijian", "gzdt", 5), Place("zhongyang", "yw", 7), None),
        (Place("yunhu", "yhyw", 4), education, "编者按：省教育厅这篇报道谈到云湖的做法，本网转载。"),
        (Place("changtan", "ctyw", 3), Place("weijian", "gzdt", 6), EDITORS_LINE),
    )
    for place, original, line in rows:
        yield place, Override("repost", repost_of=original, editors_line=line)


def _templates(year: int) -> _Laid:
    for at, (post, end) in enumerate((("K12+300", "K15+800"), ("K48+900", "K52+100"))):
        number = f"示交通告〔{year}〕{21 + at}号"
        yield (
            Place("jiaotong", "tzgg", 1 + at),
            Override(
                "template-number",
                title=f"省交通运输厅关于省道示例线{post}至{end}段封闭施工的通告",
                paragraphs=_closure(post, end, number),
                doc_number=number,
            ),
        )
    for at, day in enumerate((8, 15)):
        yield (
            Place("changtan", "tzgg", 1 + at),
            Override(
                "template-date",
                title=f"关于{day}日管网检修临时停水的公告",
                paragraphs=_cut_water(day),
            ),
        )
    for at, (village, amount) in enumerate((("麦川乡", "120"), ("松台镇", "210"))):
        yield (
            Place("caizheng", "tzgg", 2 + at),
            Override(
                "template-amount",
                title=f"关于{village}农村道路补助资金{amount}万元分配方案的公示",
                paragraphs=_share_out(village, amount),
            ),
        )
    for at, name in enumerate(("示例甲", "示例乙")):
        yield (
            Place("ban", "rsrm", 1 + at),
            Override(
                "template-name",
                title=f"省政府关于{name}任职的通知",
                paragraphs=_appoint(name),
                doc_number=f"示政人〔{year}〕{7 + at}号",
            ),
        )


def _closure(post: str, end: str, number: str) -> tuple[str, ...]:
    return (
        number,
        f"因路面病害处治需要，省道示例线{post}至{end}段将实行全封闭施工，现将有关事项通告如下。",
        "一、施工期间，除抢险救援车辆外，禁止一切机动车和行人通行，请沿示例县道绕行。",
        "二、施工路段两端设置告示牌和值守点，请过往驾驶员服从现场工作人员指挥，注意行车安全。",
        "三、如遇恶劣天气，恢复通行的时间将顺延，并通过交通广播另行告知。",
        "特此通告。通告为示例，路线和里程均为虚构。",
    )


def _cut_water(day: int) -> tuple[str, ...]:
    return (
        f"因供水主管网检修，定于本月{day}日9时至17时对城区部分路段临时停水，请相关用户提前做好储水准备。",
        "停水范围为示例大街、湖滨路以及沿线居民小区，医院、学校由应急供水车保障。恢复供水初期可能出现短时水质浑浊，属正常现象，放水片刻即可使用。",
        "给您带来不便，敬请谅解。咨询电话见州政府网站。本公告为示例，街道均为虚构。",
    )


def _share_out(village: str, amount: str) -> tuple[str, ...]:
    return (
        f"根据年度农村道路补助计划，拟安排{village}补助资金{amount}万元，现予公示，公示期五个工作日。",
        f"资金用于村内道路硬化和排水设施，由{village}政府组织实施，县财政部门按进度拨付，项目完工后开展绩效评价。",
        "公示期内如有异议，请以书面形式实名反映，并附联系方式，受理部门将在十个工作日内答复。",
        "本公示为示例文字，资金和项目均为虚构。",
    )


def _appoint(name: str) -> tuple[str, ...]:
    return (
        "各市、州人民政府，省政府各委、办、厅、局：",
        f"经研究决定，任命{name}为省示例事务中心主任，试用期一年。",
        "特此通知。本通知为示例，人员和机构均为虚构。",
        "省政府办公厅",
    )


def _blocks() -> _Laid:
    yield (
        Place("shengtai", "hbyw", 7),
        Override("secret-mark", title="关于湖区采样点位调整的情况报告", mark=SECRET_MARK, outcome="secret"),
    )
    number = make_number(17)
    yield (
        Place("yunhu", "tzgg", 2),
        Override(
            "id-in-body",
            title="关于困难家庭住房补助拟发放对象的公示",
            paragraphs=(
                "经个人申请、入户核实和集体评议，现将拟发放对象公示如下，公示期五个工作日。",
                f"示例丙，身份证号{number}，住云湖县柳湾村，家庭人口四人，拟补助金额八千元。",
                "如有异议，请向州政府值班室反映。本公示为示例文字，人员和号码均为虚构。",
            ),
            outcome="id_number",
            secrets=(number,),
        ),
    )
    inside = make_number(42)
    yield (
        Place("renshe", "zkxx", 1),
        Override(
            "id-in-attachment",
            title="关于公布技能培训拟补贴人员名单的公告",
            paragraphs=("现将技能培训拟补贴人员名单（示例）予以公布，详见附件。",),
            sheets=(
                Sheet(
                    "技能培训拟补贴人员名单.xlsx",
                    "xlsx",
                    (
                        "序号\t姓名\t身份证号\t培训工种",
                        f"1\t示例丁\t{inside}\t电工",
                        "2\t示例戊\t（略）\t焊工",
                    ),
                ),
            ),
            outcome="attachment_id_number",
            secrets=(inside,),
        ),
    )


def _sheets() -> _Laid:
    plan = Sheet(
        "招聘岗位表.xlsx",
        "xlsx",
        ("岗位\t人数\t学历", "软件维护\t2\t本科", "档案管理\t1\t专科", "以上岗位均为示例\t\t"),
    )
    form = Sheet(
        "报名登记表.docx", "docx", ("报名登记表（示例）", "姓名：", "应聘岗位：", "本人承诺所填内容真实。")
    )
    yield (
        Place("renshe", "zkxx", 2),
        Override(
            "one-line",
            title="省人力资源社会保障厅所属单位公开招聘工作人员公告",
            paragraphs=("现将公开招聘工作人员的岗位和报名登记表（示例）予以公布，请按要求报名。",),
            sheets=(plan, form),
        ),
    )
    guide = Sheet(
        "科技计划项目申报指南.pdf",
        "pdf",
        (
            "科技计划项目申报指南（示例）",
            "一、支持方向：高原农业、盐湖化工、生态监测。",
            "二、每项资助不超过五十万元，实施期两年。",
            "三、申报单位应具备独立法人资格，信用记录良好。",
            "本指南为示例文字，不作为申报依据。",
        ),
    )
    yield (
        Place("keji", "kjdt", 3),
        Override(
            "one-line",
            title="关于印发科技计划项目申报指南的通知",
            paragraphs=("申报指南（示例）见附件。",),
            column="tongzhi",
            sheets=(guide,),
        ),
    )


def _dates() -> _Laid:
    yield Place("changtan", "ctyw", 5), Override("no-date", dated=False)
    yield Place("jiaoyu", "tzgg", 13), Override("pinned", pinned=True, age_days=420)
    yield Place("weijian", "gzdt", 20), Override("republished-meta", age_days=760, meta_days=44)


def _nights() -> _Laid:
    yield (
        Place("jiaoyu", "jyyw", 4),
        Override(
            "changed",
            appended="据统计，参与学校共126所，服务点覆盖全部乡镇。",
            changed=("更正：参与学校应为136所，其中乡镇学校92所，原稿数字有误。",),
        ),
    )
    yield Place("weijian", "gzdt", 8), Override("withdrawn", gone=True)
    yield Place("donglan", "dlzc", 3), Override("soft-404", outcome="missing")


def _looks() -> _Laid:
    yield (
        Place("xueling", "xlxw", 2),
        Override(
            "four-bytes",
            title=f"{FOUR_BYTES[0]}塘村供水工程通水",
            appended=f"{FOUR_BYTES[0]}塘村与{FOUR_BYTES[1]}坪村共用一处水源，两村村民从此喝上放心水。",
        ),
    )
    for place, count in (
        (Place("wenlv", "wlzx", 1), 2),
        (Place("wenlv", "wlzx", 6), 1),
        (Place("yunhu", "yhyw", 1), 1),
        (Place("shengtai", "hbyw", 4), 1),
        (Place("zhongyang", "yw", 1), 1),
        (Place("shuili", "slyw", 2), 1),
        (Place("hongliu", "hlyw", 3), 2),
    ):
        yield place, Override("pictures", pictures=count)


def _others() -> _Laid:
    """On the sites whose lists come in other ways."""
    yield Place("shuili", "tzgg", 6), Override("pinned", pinned=True, age_days=390)
    yield (
        Place("mingchuan", "mcyw", 2),
        Override("repost", repost_of=Place("zhongyang", "yw", 9), editors_line=EDITORS_LINE),
    )
    route = Sheet(
        "冬季改线时刻表.docx",
        "docx",
        ("冬季改线时刻表（示例）", "一、首班七时十分，末班十八时四十分。", "二、雪天以站内公告为准。"),
    )
    yield (
        Place("songtai", "styw", 4),
        Override(
            "one-line",
            title="松台州冬季客运班线改线的公告",
            paragraphs=("冬季改线时刻表（示例）见附件。",),
            column="tongzhi",
            sheets=(route,),
        ),
    )
