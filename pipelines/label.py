"""From an item's facts to the column that is proposed for it."""

from __future__ import annotations

from classify.rules import Facts, label
from errors import NotFound
from portal import Portal
from sources import Agency, Source, Sources
from store.forms import Form
from store.items import Suggested

RULES_VERSION = "rules"


def suggest_column(form: Form, source: Source | None, agency: Agency | None, portal: Portal) -> Suggested:
    """Propose a column with its reasons; `source` and `agency` are None for what was written here."""
    facts = Facts(
        agency=agency.key if agency else None,
        group=agency.group if agency else None,
        level=agency.level if agency else None,
        source=source.id if source else None,
        source_column=source.column if source else None,
        list_name=form["list_name"] or (source.name if source else None),
        title=form["title"] or "",
        doc_number=form["doc_number"],
    )
    found = label(facts, portal)
    return Suggested(found.column, found.probability, found.reasons, RULES_VERSION)


def find_agency(sources: Sources, source: Source) -> Agency | None:
    """Give the agency of a source, None when sources.yaml has lost it."""
    try:
        return sources.agency(source.agency)
    except NotFound:
        return None
