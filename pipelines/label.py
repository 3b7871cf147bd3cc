"""From an item's facts to the column that is proposed for it: by rules, and by what editors taught."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from classify.keeping import load_model
from classify.model import Item, Model
from classify.rules import Facts, label, read_doc_type
from errors import NotFound, StoreError
from portal import Portal
from sources import Agency, Source, Sources
from store.items import Suggested

logger = logging.getLogger(__name__)
RULES_VERSION = "rules"


def suggest_column(
    form: Mapping[str, Any],
    source: Source | None,
    agency: Agency | None,
    portal: Portal,
) -> Suggested:
    """Propose a column by the rules, with reasons; what was written here has no `source` and no `agency`."""
    found = label(gather_facts(form, source, agency), portal)
    return Suggested(found.column, found.probability, found.reasons, RULES_VERSION)


def suggest_learned(items: Sequence[Item], portal: Portal, model: Model) -> list[Suggested]:
    """Propose columns by a model, for many items at once; what the rules say is part of what it sees."""
    return [
        Suggested(found.column, found.probability, found.reasons, model.version)
        for found in model.label(items, portal)
    ]


def load_teacher(home: Path) -> Model | None:
    """Give the model in use, None without one; a broken one leaves rules only, and a line in the log."""
    try:
        return load_model(home)
    except StoreError as error:
        logger.error("rules alone label: %s", error)
        return None


def gather_facts(form: Mapping[str, Any], source: Source | None, agency: Agency | None) -> Facts:
    """Gather what the rules look at; the place is that of a prefecture's or county's own agency."""
    local = agency is not None and agency.group == "prefecture"
    return Facts(
        agency=agency.key if agency else None,
        group=agency.group if agency else None,
        level=agency.level if agency else None,
        source=source.id if source else None,
        source_column=source.column if source else None,
        list_name=form["list_name"] or (source.name if source else None),
        title=form["title"] or "",
        doc_number=form["doc_number"],
        doc_type=read_doc_type(form["title"] or ""),
        place=agency.shown if agency is not None and local else None,
        address=source.address if source else None,
    )


def find_agency(sources: Sources, key: str | None) -> Agency | None:
    """Give an agency by its key, None when sources.yaml has lost it."""
    try:
        return sources.agency(key) if key else None
    except NotFound:
        return None


def find_source(sources: Sources, name: str | None) -> Source | None:
    """Give a source by its id, None when sources.yaml has lost it."""
    try:
        return sources.source(name) if name else None
    except NotFound:
        return None
