"""What stands around every page of the portal: its title, whom one can call, where it is registered."""

from __future__ import annotations

from dataclasses import replace

from shown import parse

from publish import pages
from publish.templates import link_phone
from publish.views import SiteView


def test_a_telephone_number_is_dialled_and_words_around_one_are_text() -> None:
    assert link_phone("0971-1234567") == '<a href="tel:09711234567">0971-1234567</a>'
    assert link_phone("+86 (971) 1234567") == '<a href="tel:+869711234567">+86 (971) 1234567</a>'
    for text in ("0971-1、0971-2", "12345（政务热线）", '0971"><script>', ""):
        assert link_phone(text) == text


def test_the_footer_leads_to_where_the_registrations_are_looked_up(site: SiteView) -> None:
    known = replace(site.identity, icp="青ICP备1号", police="青公网安备1号", phone="0971-1234567")
    root = parse(pages.render_missing(replace(site, identity=known)))
    links = {link.text: link.get("href") for link in root.xpath("//footer[contains(@class, 'foot')]//a")}
    assert links["青ICP备1号"] == "https://beian.miit.gov.cn/"
    assert links["青公网安备1号"] == "https://beian.mps.gov.cn/"
    assert links["0971-1234567"] == "tel:09711234567"


def test_the_front_page_is_called_by_the_name_of_whom_it_speaks_for(site: SiteView) -> None:
    root = parse(pages.render_front((), site))
    name = site.identity.legal_name
    assert root.xpath("//title/text()") == [f"{name} - {site.identity.site_name}"]
    assert root.xpath("//meta[@property='og:title']/@content") == [name]
    alone = replace(site, identity=replace(site.identity, legal_name=site.identity.site_name))
    assert parse(pages.render_front((), alone)).xpath("//title/text()") == [
        f"首页 - {alone.identity.site_name}"
    ]
