"""What a page says of itself to programs, in the words of schema.org, as JSON-LD."""

from __future__ import annotations

from typing import Any

from publish.templates import write_zoned
from publish.views import AgencyView, ArticleView, ColumnView, SiteView

Facts = dict[str, Any]
_CONTEXT = "https://schema.org"


def describe_article(view: ArticleView, site: SiteView) -> Facts:
    """Describe an article as NewsArticle, a document with a number as Article with its identifier."""
    address = site.absolute(view.path)
    facts: Facts = {
        "@context": _CONTEXT,
        "@type": "Article" if view.is_document else "NewsArticle",
        "headline": view.title,
        "url": address,
        "inLanguage": "zh-CN",
        "datePublished": write_zoned(view.published),
        "articleSection": view.column.name,
        "author": {"@type": "Person" if view.author else "Organization", "name": view.author or view.credit},
        "publisher": _organize(site),
    }
    optional = {
        "description": view.summary or None,
        "dateCreated": view.issued,
        "identifier": view.doc_number or view.index_number,
        "isBasedOn": view.original,
        "image": site.absolute(view.image) if view.image else None,
        "sourceOrganization": {"@type": "Organization", "name": view.credit} if view.author else None,
    }
    return {**facts, **{name: value for name, value in optional.items() if value}}


def describe_front(site: SiteView) -> Facts:
    """Describe the portal: its name, who publishes it, how it is searched."""
    facts: Facts = {
        "@context": _CONTEXT,
        "@type": "WebSite",
        "name": site.identity.site_name,
        "url": site.absolute("/"),
        "inLanguage": "zh-CN",
        "publisher": _organize(site),
    }
    if site.search:
        target = site.absolute("/search/?q={search_term_string}")
        action = {
            "@type": "SearchAction",
            "target": target,
            "query-input": "required name=search_term_string",
        }
        facts["potentialAction"] = action
    return facts


def describe_list(of: ColumnView | AgencyView, path: str, site: SiteView) -> Facts:
    """Describe a list of a column or an agency as a collection."""
    return {
        "@context": _CONTEXT,
        "@type": "CollectionPage",
        "name": of.name,
        "description": of.description,
        "url": site.absolute(path),
        "inLanguage": "zh-CN",
        "isPartOf": {"@type": "WebSite", "name": site.identity.site_name},
    }


def describe_service(name: str, path: str, site: SiteView) -> Facts:
    """Describe the guide or the directory as what it is: a service of the government."""
    return {
        "@context": _CONTEXT,
        "@type": "GovernmentService",
        "name": name,
        "serviceType": "政府信息公开",
        "url": site.absolute(path),
        "provider": _organize(site),
        "availableChannel": {"@type": "ServiceChannel", "serviceUrl": site.absolute(path)},
    }


def _organize(site: SiteView) -> Facts:
    identity = site.identity
    facts: Facts = {"@type": "GovernmentOrganization", "name": identity.organizer}
    if identity.phone:
        facts["telephone"] = identity.phone
    return facts
