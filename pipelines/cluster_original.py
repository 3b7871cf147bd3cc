"""Which item of a cluster is its original: by who tells it, then by when."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.dedupe import squash
from sources import Agency

# Of those that tell it second-hand: our own level, a higher one, media, everybody else.
_OWN, _HIGHER, _MEDIA, _OTHER = range(1, 5)
_LAST_DAY = "9999"


@dataclass(frozen=True)
class Telling:
    """One item of a cluster, with what speaks for its being the original."""

    item: int
    agency: Agency | None
    issuer: str | None
    credit: str | None
    published: str | None


def choose_original(tellings: list[Telling]) -> Telling:
    """Choose the issuing agency's own, else by the teller's level, then the earliest, then the first."""
    return min(tellings, key=lambda one: (rank(one), one.published or _LAST_DAY, one.item))


def rank(one: Telling) -> int:
    """Say how near to the origin a telling is, 0 being the agency that issued it or wrote it."""
    agency = one.agency
    if agency is None:
        return _OTHER
    if _is_own(agency, one.issuer or one.credit):
        return 0
    if agency.group == "media":
        return _MEDIA
    if agency.level == "central":
        return _HIGHER
    return _OWN if agency.level == "province" and agency.group != "outside" else _OTHER


def _is_own(agency: Agency, told: str | None) -> bool:
    """Whether the item names its own agency or site as where it comes from."""
    said = squash(told)
    names = (squash(name) for name in (agency.name, agency.short_name, agency.site_name) if name)
    return bool(said) and any(said == name or (len(name) > 2 and name in said) for name in names)
