"""A portal of which every page is made anew in portions, for the tests: three items are very many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from office import Office, keep_pdf
from sqlalchemy import text

from publish import portions, rebuild
from publish.apart import run_apart
from publish.assets import read_assets

Hook = Callable[[Callable[[int], None]], None]


def make_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three items be very many."""
    for limit in ("MANY", "WHOLE"):
        monkeypatch.setattr(portions, limit, 3)


def open_portal(office: Office) -> Office:
    """Publish eleven items in two columns, with an attachment and a tombstone."""
    attachment = keep_pdf(office)
    for number in range(12):
        files = [attachment] if number % 5 == 0 else []
        item = office.write(published=f"2026-10-{(number * 7) % 28 + 1:02d}", attachments=files)
        office.approve(item, "diqu" if number % 3 else "bumen")
    office.publish()
    office.decide(4, "withdraw")
    office.publish()
    return office


def make_hook(monkeypatch: pytest.MonkeyPatch) -> Hook:
    """Give what arranges that something happens after each portion; it is told how many there were."""

    def arrange(act: Callable[[int], None]) -> None:
        done = 0

        def run(work: Callable[[], Any]) -> Any:
            nonlocal done
            made = run_apart(work)
            done += 1
            act(done)
            return made

        monkeypatch.setattr(rebuild, "run_apart", run)

    return arrange


def dress_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every page another style sheet, as an upgrade may."""
    assets = {
        name: type(asset)(asset.path.replace(".css", "-new.css"), asset.raw + b"\n")
        for name, asset in read_assets().items()
    }
    for module in ("publish.site_view", "publish.plan", "publish.render"):
        monkeypatch.setattr(f"{module}.read_assets", lambda: assets)
    monkeypatch.setattr("publish.plan.digest_room", lambda: "another")


def list_rooms(office: Office) -> list[str]:
    """Name what is left of the records that were kept apart."""
    if office.database.engine.dialect.name == "sqlite":
        return [file.name for file in office.home.glob("caibian_aside*")]
    with office.database.read() as connection:
        found = connection.execute(text("SELECT nspname FROM pg_namespace WHERE nspname = 'caibian_aside'"))
        return list(found.scalars())
