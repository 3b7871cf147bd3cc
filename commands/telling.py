"""A look at a column as it is told: one object for programs, tables for a person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from commands.proposing import Proposal
from reading.told import tell_article
from spiders.advice import advise, tell_paging
from spiders.look import Look
from terminal import write_rows


def tell_look(look: Look, proposal: Proposal) -> dict[str, Any]:
    """Write a look as one JSON object: a public interface."""
    last = look.lists[-1] if look.lists else None
    return {
        "url": look.url,
        "family": next((one.family for one in reversed(look.lists) if one.family), None),
        "charset": last.charset if last else None,
        "status": last.status if last else (look.fault.kind if look.fault else None),
        "advice": advise(look),
        "requests": [{"url": one.url, "status": one.status, "rows": len(one.rows)} for one in look.lists],
        "rows": [asdict(row) for row in look.rows[:20]],
        "row_count": len(look.rows),
        "dated": sum(row.date is not None for row in look.rows),
        "paging": tell_paging(look),
        "next": last.next if last and last.rows else None,
        "promised": last.promised if last else None,
        "pages": last.pages if last else None,
        "articles": [
            {"row": asdict(one.row), "fault": one.fault}
            | ({"read": tell_article(None, one.reading)} if one.reading else {})
            for one in look.samples
        ],
        "site": look.head.site,
        "proposal": asdict(proposal),
    }


def show_look(told: dict[str, Any]) -> None:
    """Print a look as tables for a person."""
    promised = told["promised"] if told["promised"] is not None else "not stated"
    click.echo(told["url"])
    click.echo(f"family   {told['family'] or 'unknown'}")
    click.echo(f"charset  {told['charset'] or '–'}")
    click.echo(f"status   {told['status']}")
    for asked in told["requests"]:
        click.echo(f"asked    {asked['url']}: {asked['status']}, {asked['rows']} rows")
    click.echo(f"paging   {told['paging']}")
    click.echo(f"promised {promised}")
    if told["advice"]:
        click.echo(f"advice   {told['advice']}")
    shown = len(told["rows"])
    click.echo(f"\n{told['row_count']} rows, {told['dated']} of them with a date; the first {shown}:")
    write_rows(told["rows"], False, ("date", "title", "url"), "no rows")
    for number, article in enumerate(told["articles"], 1):
        click.echo(f"\narticle {number}: {article['row']['url']}")
        if article["fault"]:
            click.echo(f"not read: {article['fault']}")
        if "read" in article:
            write_rows(_tell_fields(article["read"]), False, ("field", "value", "origin", "doubt"), "")
    _show_proposal(told["proposal"])


_FIELDS = (
    *("title", "published", "issued", "source", "author", "doc_number", "index_number", "issuer", "topic"),
    *("validity", "summary", "text", "attachments", "images"),
)


def _tell_fields(read: dict[str, Any]) -> list[dict[str, str]]:
    """A row a field: its value, how it was read, what is doubtful about it."""
    rows = []
    for name in _FIELDS:
        value = read[name]
        doubts = "; ".join(one["word"] for one in read["doubt"] if one["field"] in _names(name))
        if not value and not doubts:
            continue
        origin = next((read["origin"][key] for key in _names(name) if key in read["origin"]), "–")
        rows.append({"field": name, "value": _clip(name, value), "origin": origin, "doubt": doubts})
    return rows


def _names(name: str) -> tuple[str, ...]:
    """A field under the names that readers use: the credit is told as `source`, the body as `text`."""
    return {"source": ("credit", "source"), "text": ("body", "text")}.get(name, (name,))


def _clip(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(one.get("name") or one["url"] for one in value)[:200]
    text = " ".join(str(value or "–").split())
    size = f"{len(str(value))} characters: " if name == "text" and value else ""
    return f"{size}{text[:80]}…" if len(text) > 80 else f"{size}{text}"


def _show_proposal(proposal: dict[str, Any]) -> None:
    click.echo("\nproposed for sources.yaml:")
    rows = [
        {
            "key": key,
            "value": proposal[key] if proposal[key] is not None else "–",
            "why": proposal["why"].get(key, ""),
        }
        for key in ("id", "agency", "name", "column", "every", "days")
    ]
    write_rows(rows, False, ("key", "value", "why"), "")
