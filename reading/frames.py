"""Lines that frame an article: by-lines, tools, copyright, comments, what follows the text."""

from __future__ import annotations

import re
from functools import lru_cache

from reading.clean import squash
from reading.labels import find_label, find_spans
from reading.lines import Line
from reading.words import FIELDS

# Each branch begins with a sign that is always the same, so that the search skips what begins none.
_FRAME = re.compile(
    r"版权所有|c(?i:opyright)|C(?i:opyright)|I(?i:CP备)|i(?i:cp备)|公安备|公网安备|网站标识码|网站地图|设为首页|加入收藏|"
    r"您(?:所在|当前|现在)?的?(?:所在)?位置|违法和不良信息|增值电信业务|微信公众号二维码|"
    r"建议使用.{0,30}(?:浏览器|分辨率)|是否继续访问"
)
# What is the frame's where it stands in no sentence: texts tell of licences, hotlines and privacy, too.
_FRAME_WORDS = re.compile(
    r"技术支持|建议使用|浏览器|主办单位|主办[:：]|承办[:：]|联系我们|关于我们|无障碍(?:浏览|阅读|版|模式|辅助|工具|$)|"
    r"网站声明|免责声明|隐私(?:政策|声明|条款|协议|说明|安全|$)|备案号|许可证(?:编?号|\s*[:：(（\d]|$)|扫一扫|扫描二维码|用户登录|"
    r"请输入|当前位置|未经.{0,20}授权|即将离开|已输入|发表评论|网友评论|最新评论|跟贴|暂无评论|点击右上角"
)
_SENTENCE = re.compile(r"[。！？；][”’」)）]*$|[，；、].*[，；。！？]")
# Labels that a sentence may begin with: 记者：您好，…
_SPOKEN = frozenset(("author", "stop", "name", "other_date", "validity", "remark"))
_BARE_TIME = re.compile(r"[\s【\[(（]*(?:时\s*间|日\s*期)[】\])）\s]*[:：]\s*\S")
# A document's own list of its annexes: no label of the page, unless it is a link.
_ANNEX = re.compile(r"附\s*件\s*[:：]\s*(?![暂无]|下载)(?:1\s*[.．、]\s*)?[\w《“（(]{3}")
# Tools and ends that are put in sentences.
_SURE = re.compile(
    r"^[\s【\[(（<■◆▲●※•·▪◇☆★>》|]*(?:扫一扫|扫码|用?微信|用手机|手机看|分享[到至]|点击右上角|正在加载|原标题|\(原标题|（原标题|"
    r"责任编辑|责编|编辑[:：]|版权|(?:特别|免责|原创|版权)?声明|转载|本文|欢迎关注|关注我们|已有|上一|下一|海量资讯|与内文|文章导航|"
    r"参与互动|发表评论)"
)
# The site's own foot, below everything that is the article's.
_FOOT = re.compile(
    r"版权所有|copyright|©|ICP备|公安备|公网安备|网站标识码|技术支持|主办单位[:：]|[主承]办[:：]|"
    r"网站地图|最后更新|建议使用",
    re.I,
)
# A notice of copyright, which may be long.
_RIGHTS = re.compile(
    r"^[\s\d.、，()（）【\[①-⑨*※•·●■-]*(?:凡本?(?:注明|未注明|[网站报]|公司|平台)|(?:版权|免责|郑重|特别)(?:与|和|及)?(?:免责)?声明|"
    r".{2,8}版权.{0,4}声明\s*[:：]|在本网(?:站)?(?:转载|发表|发布|BBS)|"
    r"本(?:网站?|站|公众号)(?:所有|所载|刊载|转载|刊登|注明|未注明|发布的|部分)|未经[^。]{0,24}(?:授权|许可|同意|协议)[^。]{0,12}"
    r"(?:不得|禁止|严禁|请勿)[^。]{0,12}(?:转载|摘编|复制|镜像|引用|转贴|下载)|如(?:需|有|涉及)[^。]{0,20}(?:转载|版权|侵权)|转载[^。]{0,12}注明)"
)
_MARKUP = re.compile(r"<(?:script|iframe|div|style|a|img)\b|&lt;(?:script|iframe)", re.I)
_TOOLS = re.compile(
    r"^[\s【\[(（]*(?:字\s*[体号]|浏览字号|【?字体|大\s*中\s*小|打印|分享|收藏|关闭|保存|推荐|纠错|评论|返回|举报(?!电话)|点赞|转发|"
    r"扫一扫|用?微信|微博|新浪微博|QQ|qq|头条|朋友圈|复制|放大|缩小|语音|朗读|无障碍(?!环境|设施)|浏览|点击|阅读|访问量?|人气|订阅|我要|"
    r"A\s*[-+]|T\s*[|+]|-\s*A|全文下载|word下载|pdf下载|下载|繁體|原标题|\(原标题|（原标题|标签|分类|文章导航|参与互动|"
    r"[\d\s./|:：+]+$|更多|用手机|手机看|听新闻|全文朗读|播放|视力保护|小$|中$|大$|默认|超大|特大|[+\-—_|·.>]+$|null|正文$|图集$|关注$|赞$|踩$|转播到|E-?mail推荐|自动播放|正在加载)"
)
_END = re.compile(
    r"^[\s【\[(（<■◆▲●※•·▪◇☆★>》|]*(?:相关(?:阅读|链接|文章|新闻|稿件|报道|推荐|信息|内容|解读|政策|专题|附件|资讯|热词|搜索|博文|文件|日志|话题|热点)|"
    r"延伸阅读|推荐阅读|热点推荐|热门推荐|为您推荐|猜你喜欢|精彩推荐|上一[篇页条则]|下一[篇页条则]|上篇|下篇|"
    r"责任编辑|责编|编辑[:：]|作者[:：]未知|扫一扫|扫码|分享到|分享至|打印本页|打印$|关闭窗口|关闭本页|【关闭|关闭$|"
    r"网友评论|热门评论|我要评论|版权声明|声明[:：]|免责声明|关联(?:政策|内容|文件|阅读)|政策解读$|解读$|返回(?:顶部|列表|首页)|"
    r"点击(?:下载|查看)?附件|阅读下一篇|更多精彩|转载请注明|本文来源|本网站|纠错|特别声明|文章导航|已有\d+人|赞\s*\d*$|"
    r"欢迎关注|关注我们|与内文相关|转播到|微信公众号[:：]|新闻热线|投稿邮箱|原创声明|本文(?:系|为)|海量资讯|本文(?:链接|地址|网址)|原文(?:链接|地址)|"
    r"(?:文章)?(?:关键[词字]|标签)\s*[:：]|Tags?\s*[:：])"
)
# What stands above a list of other articles.
_HEADS = re.compile(
    r"\s*(?:热点|热门|热图|热评|图片|重点|精彩|推荐|小编|编辑|今日|最新|本周|视频|视听|频道|为[你您]|猜[你您])(?:视频)?"
    r"(?:推荐|精选|新闻|文章|视频|资讯|阅读|排行榜?|内容|信息|专题|图集|喜欢)\s*(?:更多|>+|»)?\s*"
)
# A date with little else, or with the words of a by-line.
_INFO = re.compile(
    r"^\s*\d{1,2}[-/]\d{1,2}\s*\d{1,2}[:：]\d\d(?:$|\s)|"
    r"^\D{0,30}(?:19|20)\d\d\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}日?[\sT]*(?:\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?[^，。；]{0,20}$|"
    r"(?:19|20)\d\d\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}.*(?:来源|作者|编辑|浏览|阅读|字号|点击|打印|评论|大\s*中\s*小)|"
    r"(?:来源|作者|编辑|浏览|阅读|字号|点击).*(?:19|20)\d\d\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}"
)
_DATE = re.compile(
    r"(?:19|20)\d\d\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}|[一二][〇○零一二三四五六七八九]{3}\s*年[一二三四五六七八九十]{1,2}月"
)
_ROW_DATE = re.compile(
    r"[\s(（\[【]*(?:(?:19|20)\d\d[-年/.])?\d{1,2}[-月/.]\d{1,2}日?(?:\s*\d{1,2}:\d\d(?::\d\d)?)?[)）\]】]*$"
)
_DECIDED = re.compile(r"通过|施行|实施|公布|修订|修正|批准|会议|决定|起草|印发|起$|日前|以来")
_INFO_FIELDS = frozenset(
    ("credit", "index_number", "issuer", "stop", "doc_number", "issued", "validity", "topic")
)
_COMMENT = re.compile(
    r"^(?:回复|举报|踩|赞|顶|支持)\s*\d*(?:\s|$)|^\d+\s*(?:秒|分钟|小时|天)前$|查看回复|楼主|全部楼层|^\d+楼"
)
_CONTACT = re.compile(
    r"^(?:联系)?(?:地\s*址|电\s*话|传\s*真|邮\s*编|邮政编码|E-?mail|电子邮箱|电子信箱|邮\s*箱)\s*[:：]", re.I
)
_SHORT = 60
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|pptx?|zip|rar|7z|ofd|txt|csv)(?:[?#]|$)", re.I)


def is_info(line: Line) -> bool:
    """Tell whether a line is a by-line: a date alone or with labels, or a label of source, count or size."""
    text = line.text
    if len(text) > 120 or _DECIDED.search(text):
        return False
    return bool(_INFO.search(text)) or find_label(text) in _INFO_FIELDS or _is_labelled_date(text)


def is_link(line: Line, share: float = 0.8) -> bool:
    """Tell whether most of a line is a link; a date beside the link makes it a row of a list."""
    size = len(line.text)
    if line.linked == size:
        return size > 0
    if line.linked > 0.4 * size and (found := _ROW_DATE.search(line.text)):
        size -= len(found[0])
    return line.linked > share * size > 0


def has_date(line: Line) -> bool:
    """Tell whether a whole date in digits stands on a line."""
    return bool(_DATE.search(line.text))


def _is_labelled_date(text: str) -> bool:
    """A date behind some name, with a label of publication or source: 某网：www… 时间：2026-01-12 16:01."""
    if not _DATE.search(text) or re.search(r"[，。；]", text):
        return False
    return any(FIELDS[label] in ("published", "credit") for _, _, label in find_spans(text))


def is_frame(line: Line, key: str = "") -> bool:
    """Tell whether a line is of the article's frame: labels, tools, a path, a date alone, the title again."""
    text = line.text
    if len(text) > 150:
        return False
    mine = squash(text)
    if not mine or mine == key:
        return True
    if _is_labelled(text) or _is_tool(text) or (len(text) < 80 and _is_framed(text)):
        return True
    if is_info(line):
        return True
    return line.linked > 0.6 * len(text) and len(text) < 20


def is_tail(line: Line) -> bool:
    """Tell whether a line at the end is no part of the text."""
    text = line.text
    if is_end(text) or not squash(text) or _RIGHTS.match(text):
        return True
    if len(text) > 120 or (not line.linked and _ANNEX.match(text)):
        return False
    return _is_tool(text) or _is_framed(text) or _is_labelled(text) or is_link(line)


def is_sentence(text: str) -> bool:
    """Tell whether a line is one of a text: it ends as sentences do, or has several clauses."""
    return len(text) >= 9 and bool(_SENTENCE.search(text))


def _is_tool(text: str) -> bool:
    """Tell whether a line is a tool; a sentence may begin with the same word (打印材料须加盖公章。)."""
    return bool(_TOOLS.match(text)) and (not is_sentence(text) or bool(_SURE.match(text)))


def _is_labelled(text: str) -> bool:
    """Tell whether a line is a label of the by-line with its value."""
    field = find_label(text)
    if field is None or field == "remark" or (field in _SPOKEN and is_sentence(text)):
        return False
    return not _BARE_TIME.match(text) or len(text) < 8 or bool(re.search(r"\d{4}|\d\d[-/]\d\d", text))


def _is_framed(text: str) -> bool:
    """Tell whether a line says what only the frame of a page says."""
    if _FRAME.search(text):
        return True
    return _FRAME_WORDS.search(text) is not None and not is_sentence(text)


def is_foot(text: str) -> bool:
    """Tell whether a line is of the site's own foot."""
    return bool(_FOOT.search(text))


def is_notice(text: str) -> bool:
    """Tell whether a line is a notice of copyright, which may be long."""
    return bool(_RIGHTS.match(text))


def is_document_line(line: Line) -> bool:
    """A line of attachments only: `附件：`, or a link to a document."""
    if re.fullmatch(r"附\s*件\s*\d*\s*[:：]?(?:下载)?[:：]?", line.text):
        return True
    return line.linked > 0.7 * len(line.text) and len(line.text) < 120 and bool(_DOCUMENT.search(line.text))


def is_end(text: str) -> bool:
    """Tell whether a line begins what follows the text: editors, related articles, share bars."""
    if _END.match(text):
        return not is_sentence(text) or bool(_SURE.match(text))
    return is_heading(text)


def is_heading(text: str) -> bool:
    """Tell whether a line is the heading of a list of other articles."""
    return len(text) < 16 and bool(_HEADS.fullmatch(text))


def is_row_date(text: str) -> bool:
    """Tell whether a line is the date of a list's row and nothing else."""
    return 4 < len(text) < 24 and bool(_ROW_DATE.fullmatch(text))


def weigh_frame(line: Line) -> float | None:
    """What a line of the frame weighs against a block; None for a line that may be text."""
    if is_link(line, 0.6):
        return -8.0 - min(len(line.text), 40) / 4
    if len(line.text) < _SHORT:
        return _weigh_short(line.text)
    return _weigh_words(line.text)


def _weigh_words(text: str) -> float | None:
    size = len(text)
    if (size < 200 and _is_framed(text)) or _RIGHTS.match(text) or _MARKUP.match(text):
        return -25.0
    if size < 120 and (_is_labelled(text) or _is_tool(text)):
        return -6.0
    if size < 100 and _INFO.search(text):
        return -6.0
    if _CONTACT.match(text):
        return 0.0
    if size < 40 and _COMMENT.search(text):
        return -60.0
    return None


@lru_cache(4096)
def _weigh_short(text: str) -> float | None:
    """Kept, since the pages of a site have the same short lines around their articles."""
    return _weigh_words(text)
