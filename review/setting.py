"""What the desk stands on: the store, both configuration files, the clock, how it is reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from flask import current_app

from errors import NotFound
from portal import Column, Portal
from publish.site_view import see_site
from publish.views import SiteView
from review.waiting import Waiting
from sources import Sources
from store.database import Database
from store.faces import Faces
from store.reviews import Desk


@dataclass(frozen=True)
class Setting:
    """One desk; `https` when browsers reach it by a proxy that does TLS.

    `hurry` has the jobs that are due done at once; without it they wait for the minute's timer.
    """

    database: Database
    portal: Portal
    sources: Sources
    home: Path
    clock: Callable[[], datetime]
    https: bool
    hurry: Callable[[], None] | None = None
    waiting: Waiting = field(default_factory=Waiting)
    faces: Faces = field(default_factory=Faces)

    def cookie(self, name: str) -> str:
        """Name a cookie so that, over TLS, no neighbouring host can set it."""
        return f"__Host-{name}" if self.https else f"caibian-{name}"

    @property
    def floor(self) -> float:
        """How sure a column must be for approval in bulk (portal.yaml, `bulk_probability`)."""
        return self.portal.settings.bulk_probability

    @cached_property
    def picks(self) -> tuple[Column, ...]:
        """The columns as editors pick them: those that rules and groups lead to first, on the keys 1 to 9."""
        led = {rule.column for rule in self.portal.rules} | set(self.portal.group_columns.values())
        return tuple(sorted(self.portal.columns, key=lambda column: column.key not in led))

    @cached_property
    def site(self) -> SiteView:
        """The portal as its own pages show it, for the preview."""
        return see_site(self.portal)

    @cached_property
    def desk(self) -> Desk:
        """What decisions are measured against."""
        hold = timedelta(minutes=self.portal.settings.hold_minutes)
        return Desk({column.key: column.reviews for column in self.portal.columns}, hold)

    def name_agency(self, key: str | None) -> str:
        """Give the short name of an agency, its key where sources.yaml has lost it."""
        if key is None:
            return ""
        try:
            agency = self.sources.agency(key)
        except NotFound:
            return key
        return agency.short_name or agency.name

    def name_source(self, key: str) -> str:
        """Give the agency and the name of a source, its id where sources.yaml has lost it."""
        try:
            source = self.sources.source(key)
        except NotFound:
            return key
        return f"{self.name_agency(source.agency)} {source.name}"

    def name_column(self, key: str | None) -> str:
        """Give the name of a column, its key where portal.yaml has lost it."""
        names = {column.key: column.name for column in self.portal.columns}
        return names.get(key or "", key or "未定栏目")


def setting() -> Setting:
    """Give the desk that this request is for."""
    found: Setting = current_app.extensions["desk"]
    return found
