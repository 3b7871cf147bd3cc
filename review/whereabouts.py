"""Where an item stands after a decision, in an editor's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clock import tell_day, tell_minute
from review.setting import Setting
from review.words import STATES, next_publish
from store.whereabouts import Whereabouts


@dataclass(frozen=True)
class Told:
    """Where something stands: its tone (`ok`, `warn` or none), the words, the address where it has one."""

    tone: str
    words: str
    address: str | None = None


def tell_whereabouts(one: Whereabouts, here: Setting, now: datetime) -> Told:
    """Say whether a revision waits for a release, stands in one, or was taken down."""
    address = here.portal.identity.base_url.rstrip("/") + one.path if one.path else None
    times = here.portal.settings.publish_times
    if one.state == "approved":
        if one.is_shown:
            release = f"第 {one.release} 次发布" if one.release is not None else "这次发布"
            return Told("ok", f"已在门户“{here.name_column(one.column)}”，{release}", address)
        moment = next_publish(max(one.release_after or now, now), times)
        older = "；门户现在是旧版" if one.shown is not None else ""
        words = f"等待发布：{tell_short(moment, now)} 进入“{here.name_column(one.column)}”{older}"
        return Told("", words, address if older else None)
    if one.is_shown:
        moment = next_publish(now, times)
        return Told("warn", f"{STATES[one.state]}，门户上还在，{tell_short(moment, now)} 发布时撤下", address)
    if one.state == "withdrawn":
        if one.path is None:
            return Told("", "已撤下，没有上过门户")
        return Told("", "已从门户撤下，原址留有说明", address)
    if one.shown is not None:
        return Told("", f"{STATES[one.state]}；门户上是第 {one.shown} 版", address)
    return Told("", STATES[one.state])


def tell_short(moment: datetime, now: datetime) -> str:
    """Write a moment as short as it is clear: `10:00` of today, else with its day."""
    text = tell_minute(moment)
    return text[11:] if tell_day(moment) == tell_day(now) else text
