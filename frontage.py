"""What the portal says of itself and where it points: identity, topics, guide and links of portal.yaml."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from entries import Day, Entry, Flag, Text, WebAddress, Words


def _check_code(value: str) -> str:
    if not re.fullmatch(r"[0-9]{10}", value):
        raise ValueError("expected the ten digits of the SiteIDCode")
    return value


def _check_base(value: str) -> str:
    if "?" in value or "#" in value:
        raise ValueError("expected an address without `?` or `#`, such as https://www.example.gov.cn")
    return value.rstrip("/")


def _check_header(value: str) -> str:
    if not value.isascii():
        raise ValueError("expected ASCII: it goes into the User-Agent, as an address or mail address")
    return value


class Identity(Entry):
    """Who publishes the portal: what its head, its footer and its meta tags say (N12, N13)."""

    name: Text = Field(description="the portal's name, such as 中国青海")
    legal_name: Text = Field(description="the portal's full name, such as 青海省人民政府门户网站")
    site_name: Text = Field(description="the SiteName of the meta tags")
    site_domain: Text = Field(description="the SiteDomain of the meta tags, such as www.example.gov.cn")
    site_id_code: Annotated[Text, AfterValidator(_check_code)] = Field(
        description="the SiteIDCode of the meta tags, ten digits"
    )
    base_url: Annotated[WebAddress, AfterValidator(_check_base)] = Field(
        description="the portal's public address, such as https://www.example.gov.cn"
    )
    organizer: Text = Field(description="the unit that runs the portal (主办单位)")
    undertaker: Text | None = Field(default=None, description="the unit that does the work (承办单位)")
    address: Text | None = Field(default=None, description="the postal address")
    phone: Text | None = Field(default=None, description="the telephone as one dials it")
    hours: Text | None = Field(default=None, description="the working hours of the telephone")
    email: Text | None = Field(default=None, description="the mail address")
    icp: Text | None = Field(default=None, description="the ICP filing number (ICP 备案号)")
    police: Text | None = Field(default=None, description="the number of the police filing (公安备案号)")
    party_mark: WebAddress | None = Field(default=None, description="the address behind the 党政机关标识")
    error_report: WebAddress | None = Field(default=None, description="the address behind 政府网站找错")
    crawler_contact: Annotated[Text, AfterValidator(_check_header)] = Field(
        description="a web or mail address for those whose sites are crawled; it goes into the User-Agent"
    )
    notice: Text | None = Field(default=None, description="a banner over every page, such as a demo needs")


class Link(Entry):
    """A link to another site."""

    name: Text = Field(description="the words of the link")
    url: WebAddress = Field(description="the address of the link")
    mutual: Flag = Field(default=False, description="true or false: whether that site links here, too")


class LinkGroup(Entry):
    """A row of the link directory (S06, S35)."""

    name: Text = Field(description="the name of the group")
    links: tuple[Link, ...] = Field(description="a list of links")


class Topic(Entry):
    """What makes a column a topic (S07): its banner, who keeps it, its time."""

    title: Text = Field(description="the words of its banner")
    lead: Text = Field(description="one or two sentences on what it is about")
    unit: Text | None = Field(default=None, description="the unit that keeps it, alone or with the portal")
    starts: Day | None = Field(
        default=None, description="its first day on the front page, such as 2026-10-01"
    )
    ends: Day | None = Field(default=None, description="its last day there, such as 2026-12-31")


class GuideSection(Entry):
    """A section of the 公开指南: a heading and its paragraphs."""

    title: Text = Field(description="the heading of the section")
    text: Words = Field(description="its paragraphs, a line or a list of lines")
