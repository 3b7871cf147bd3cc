"""Which hosts are one site: those of one registered name."""

from __future__ import annotations

from urllib.parse import urlsplit

# Second levels under which names of China are registered (CNNIC), and where a host stands for itself.
_SHARED = frozenset(("gov", "org", "com", "net", "edu", "ac", "mil"))
_ALONE = frozenset(("localhost", "local", "test", "example", "invalid"))


def is_same_site(one: str, other: str) -> bool:
    """Say whether two addresses are of one site: the same host, or hosts of one registered name."""
    mine, yours = (_name_site((urlsplit(url).hostname or "").rstrip(".").lower()) for url in (one, other))
    return bool(mine) and mine == yours


def _name_site(host: str) -> str:
    labels = host.split(".")
    if labels[-1] in _ALONE or labels[-1].isdecimal() or ":" in host:
        return host
    shared = len(labels) > 2 and labels[-1] == "cn" and (labels[-2] in _SHARED or len(labels[-2]) == 2)
    return ".".join(labels[-3:] if shared else labels[-2:])
