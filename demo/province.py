"""The sample province: which sites there are, what each lists on a night, and what every article says.

Everything follows from the seed, the day and the night; nothing is kept, so that a province of a
hundred thousand items costs no more memory than a small one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from clock import PORTAL_ZONE
from demo.agencies import scale_agencies
from demo.content import Article, Channel, File, Headline, Key, Picture, Site, Truth
from demo.shapes import find_shape
from demo.shapes.shape import Shape
from demo.traps import Override, Place, lay_traps
from demo.words import TOPICS
from demo.writing import Writer, draw_lots, write_title

_CROSS_LISTED = {("jiaoyu", "tzgg"): Place("jiaoyu", "jyyw", 1)}
_REFUSED = ("nanping", "neibu")
_BROKEN = "keji"
_NAMES = "丙丁戊己庚辛壬癸"
_ABOUT = ("自然地理", "历史沿革", "行政区划", "人口民族", "资源物产", "生态保护", "文化旅游")


def make_province(
    today: date,
    seed: int = 1,
    night: int = 1,
    agencies: int | None = None,
    items: int | None = None,
    port: int = 8620,
    heavy: bool = False,
) -> Province:
    """Make the province of a day; `agencies` and `items` scale it, `heavy` gives pages their real size."""
    return Province(today, seed, night, scale_agencies(agencies, items), port, heavy)


@dataclass(frozen=True)
class Province:
    """The sites on one night; the newest articles are of the day before `today`, so none is in the future."""

    today: date
    seed: int
    night: int
    sites: tuple[Site, ...]
    port: int = 8620
    heavy: bool = False

    def at_night(self, night: int) -> Province:
        """The same province on another night."""
        return replace(self, night=night)

    def at_port(self, port: int) -> Province:
        """The same province behind another port."""
        return replace(self, port=port)

    @cached_property
    def site(self) -> dict[str, Site]:
        """The sites by key."""
        return {site.key: site for site in self.sites}

    @cached_property
    def overrides(self) -> dict[Key, Override]:
        """The traps by key."""
        laid = lay_traps(self.sites, self.today.year)
        return {self._key(place): override for place, override in laid.items()}

    def count(self, site: Site, channel: Channel) -> int:
        """Count the articles that the channel has made up to this night."""
        return channel.count + sum(channel.fresh[: self.night - 1])

    def list_keys(self, site: Site, channel: Channel) -> list[Key]:
        """List the articles as the channel shows them tonight: the pinned ones, then the newest first."""
        if self.is_broken(site):
            return []
        keys = [Key(site.key, channel.slug, serial) for serial in reversed(range(self.count(site, channel)))]
        own = {
            key: trap
            for key, trap in self.overrides.items()
            if (key.site, key.channel) == (site.key, channel.slug)
        }
        hidden = {key for key, trap in own.items() if trap.pinned or self._is_gone(trap)}
        shown = [key for key in own if own[key].pinned] + [key for key in keys if key not in hidden]
        other = _CROSS_LISTED.get((site.key, channel.slug))
        if other is not None:
            shown.insert(2, self._key(other))
        return shown

    def is_broken(self, site: Site) -> bool:
        """Whether the site was redesigned tonight, so that its list is empty."""
        return site.key == _BROKEN and self.night >= 2

    def headline(self, key: Key) -> Headline:
        """Say what a list knows of an article; raises KeyError for one that does not exist tonight."""
        site = self.site[key.site]
        channel = site.channel(key.channel)
        if not 0 <= key.serial < self.count(site, channel):
            raise KeyError(key)
        trap = self.overrides.get(key)
        if trap is not None and trap.repost_of is not None:
            original = self.headline(self._key(trap.repost_of))
            return Headline(key, original.title, original.moment + timedelta(days=1))
        title = (trap and trap.title) or self._title(site, channel, key.serial)
        moment = self._moment(site, channel, key.serial)
        if trap is None:
            return Headline(key, title, moment)
        if trap.age_days is not None:
            moment -= timedelta(days=trap.age_days)
        return Headline(key, title, moment, trap.dated, trap.pinned)

    def article(self, key: Key) -> Article:
        """Write the article as its site tells it tonight; raises KeyError as `headline`, or if withdrawn."""
        site, headline = self.site[key.site], self.headline(key)
        channel = site.channel(key.channel)
        trap = self.overrides.get(key, Override(""))
        if self._is_gone(trap):
            raise KeyError(key)
        shape = find_shape(site.shape)
        chance = draw_lots(self.seed, key, "credit")
        shown = trap.credit or self._credit(site, trap, chance.random())
        is_document = channel.kind == "document"
        return Article(
            headline=headline,
            path=shape.article_path(channel, headline),
            paragraphs=self._paragraphs(site, channel, headline, trap),
            credit=site.site_name if shown == "本网" else shown,
            credit_shown=shown,
            issued=headline.moment - timedelta(days=chance.randint(3, 12)) if is_document else None,
            doc_number=trap.doc_number or (self._doc_number(site, headline) if is_document else None),
            index_number=f"SL{channel.number:03d}/{headline.moment.year}-{key.serial:05d}"
            if is_document
            else None,
            subject=chance.choice(("综合政务", "应急管理", "财政金融", "城乡建设")) if is_document else None,
            files=tuple(
                File(sheet.name, f"{shape.files}/{key.channel}/{key.serial}/{at}.{sheet.kind}", sheet.lines)
                for at, sheet in enumerate(trap.sheets, 1)
            ),
            pictures=tuple(
                Picture(f"/images/{key.channel}/{key.serial}/{at}.png", f"示例图片：{headline.title}")
                for at in range(1, trap.pictures + 1)
            ),
            mark=trap.mark,
            outcome=self._outcome(key, trap),
            trap=trap.trap or None,
        )

    @cached_property
    def truth(self) -> dict[str, Truth]:
        """What is true of every address that a list shows on this night, and of the withdrawn ones."""
        return {truth.address: truth for truth in self.truths()}

    def truths(self) -> Iterator[Truth]:
        """Tell the truth of one article after the other, for provinces that are too large for a dict."""
        for site in self.sites:
            for channel in site.channels:
                for serial in range(self.count(site, channel)):
                    yield self.tell_truth(Key(site.key, channel.slug, serial))

    def tell_truth(self, key: Key) -> Truth:
        """Say what a reader should find of one article."""
        trap = self.overrides.get(key, Override(""))
        gone = self._is_gone(trap)
        article = self.at_night(1).article(key) if gone else self.article(key)
        site, headline = self.site[key.site], article.headline
        exact = find_shape(site.shape).exact
        published = headline.moment.strftime("%Y-%m-%dT%H:%M" if exact else "%Y-%m-%d")
        return Truth(
            address=self.address(key.site, article.path),
            agency=key.site,
            sources=self._sources(key),
            title=headline.title,
            published=published if headline.dated else None,
            issued=article.issued.strftime("%Y-%m-%d") if article.issued else None,
            credit=article.credit,
            doc_number=article.doc_number,
            sentences=article.paragraphs,
            attachments=tuple((file.name, self.address(key.site, file.path)) for file in article.files),
            images=tuple(self.address(key.site, picture.path) for picture in article.pictures),
            column=trap.column or site.channel(key.channel).expected,
            outcome="gone" if gone else article.outcome,
            trap=article.trap,
            original=self._original(trap),
            secrets=trap.secrets,
        )

    def address(self, host: str, path: str) -> str:
        """Make a whole address of a host's name and a path."""
        return f"http://{host}.localhost:{self.port}{path}"

    def list_address(self, site: Site, channel: Channel) -> str:
        """Say where the first page of a channel is."""
        return self.address(site.key, find_shape(site.shape).list_path(channel, 1, 1))

    def shape(self, site: Site) -> Shape:
        """The CMS of a site."""
        return find_shape(site.shape)

    def _key(self, place: Place) -> Key:
        count = self.site[place.site].channel(place.channel).count
        return Key(place.site, place.channel, count - 1 - place.age)

    def _is_gone(self, trap: Override) -> bool:
        return trap.gone and self.night >= 2

    def _outcome(self, key: Key, trap: Override) -> str:
        return "refused" if (key.site, key.channel) == _REFUSED else trap.outcome

    def _original(self, trap: Override) -> str | None:
        if trap.repost_of is None:
            return None
        key = self._key(trap.repost_of)
        site = self.site[key.site]
        return self.address(
            key.site, self.shape(site).article_path(site.channel(key.channel), self.headline(key))
        )

    def _sources(self, key: Key) -> tuple[str, ...]:
        places = ((site, slug) for (site, slug), place in _CROSS_LISTED.items() if key.site == place.site)
        also = (place for place in places if self._key(_CROSS_LISTED[place]) == key)
        return (f"{key.site}-{key.channel}", *(f"{site}-{slug}" for site, slug in also))

    def _title(self, site: Site, channel: Channel, serial: int) -> str:
        if channel.kind == "appointment":
            return f"省政府关于示例{_NAMES[serial % len(_NAMES)]}等任免职务的通知"
        if channel.expected == "gaikuang":
            return f"认识青海：{_ABOUT[serial % len(_ABOUT)]}（示例）"
        chance = draw_lots(self.seed, site.key, channel.slug, serial, "title")
        return write_title(chance, site.topic, _unit(site), channel.kind)

    def _moment(self, site: Site, channel: Channel, serial: int) -> datetime:
        """Say when an article came: later for a later serial, and never later than yesterday evening."""
        yesterday = datetime(
            self.today.year, self.today.month, self.today.day, tzinfo=PORTAL_ZONE
        ) - timedelta(days=1)
        age = channel.count - 1 - serial
        if age < 0:
            hour = 14 if -age <= channel.fresh[0] else 17
            return yesterday + timedelta(hours=hour, minutes=-age * 7)
        days, part = divmod(age * channel.step, 1)
        return yesterday + timedelta(days=-days, minutes=int(490 + 220 * (1 - part)) + channel.number % 9)

    def _credit(self, site: Site, trap: Override, lot: float) -> str:
        if trap.repost_of is not None:
            return self.site[trap.repost_of.site].short_name
        if lot < 0.12 and site.shape != "feed":
            return "本网"
        return f"{site.short_name}办公室" if lot > 0.85 and site.group != "media" else site.short_name

    def _doc_number(self, site: Site, headline: Headline) -> str:
        return f"{site.sign}〔{headline.moment.year}〕{headline.key.serial + 3}号"

    def _paragraphs(
        self, site: Site, channel: Channel, headline: Headline, trap: Override
    ) -> tuple[str, ...]:
        if trap.repost_of is not None:
            original = self.article(self._key(trap.repost_of)).paragraphs
            return (trap.editors_line, *original) if trap.editors_line else original
        texts = trap.paragraphs or self._write(site, channel, headline)
        added = (trap.appended,) if trap.appended else ()
        changed = trap.changed if trap.changed and self.night >= 2 else ()
        return (*texts[:-1], *added, *changed, texts[-1])

    def _write(self, site: Site, channel: Channel, headline: Headline) -> tuple[str, ...]:
        serial = headline.key.serial
        parts = (self.seed, site.key, channel.slug, serial)
        writer = Writer.begin(draw_lots(*parts, "title"), site.topic, _unit(site))
        writer = replace(writer, chance=draw_lots(*parts, "body"))
        if channel.kind == "news":
            return writer.write_story()
        if channel.kind == "appointment":
            one, other = (_NAMES[(serial + at) % len(_NAMES)] for at in range(2))
            return (
                "各市、州人民政府，省政府各委、办、厅、局：",
                f"经研究决定，任命示例{one}为省示例档案馆副馆长，免去示例{other}的省示例物资站站长职务。",
                writer.fill("任职人员请于{month2}月{day}日前完成工作交接，交接材料一式{small}份。"),
                "本通知为示例，人员和机构均为虚构。",
            )
        return writer.write_notice(headline.moment)


def _unit(site: Site) -> str:
    """Say who acts in the site's texts: a medium writes about departments, not about itself."""
    return f"{TOPICS[site.topic].name}部门" if site.group == "media" else site.short_name
