"""The sample province: one seed tells one story, traps stand where their truth says, nights differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime

import pytest

from clock import PORTAL_ZONE
from demo.content import Truth
from demo.province import Province, make_province
from demo.traps import FOUR_BYTES, SECRET_MARK, make_number

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def province() -> Province:
    return make_province(TODAY)


def trapped(province: Province, trap: str) -> list[Truth]:
    return [truth for truth in province.truth.values() if truth.trap == trap]


def test_has_the_agencies_and_items_that_the_issue_asks_for(province: Province) -> None:
    groups = Counter(site.group for site in province.sites)
    assert len(province.sites) >= 14
    assert groups["outside"] == 2
    assert groups["media"] == 1
    assert groups["office"] == 1
    assert groups["department"] >= 6
    assert groups["prefecture"] >= 3
    assert len({site.shape for site in province.sites}) >= 6
    assert len(province.truth) >= 300


def test_the_same_seed_tells_the_same_and_another_seed_something_else(province: Province) -> None:
    assert make_province(TODAY).truth == province.truth
    other = make_province(TODAY, seed=2).truth
    same = {truth.title for truth in other.values()} & {truth.title for truth in province.truth.values()}
    assert len(same) < 120


def test_no_article_is_from_the_future_and_dates_follow_the_day(province: Province) -> None:
    latest = datetime(2026, 11, 21, tzinfo=PORTAL_ZONE)
    for night in (1, 2, 3):
        tonight = province.at_night(night)
        for site in tonight.sites:
            for channel in site.channels:
                moments = [tonight.headline(key).moment for key in tonight.list_keys(site, channel)]
                assert all(moment < latest for moment in moments)
    days = {truth.published[:10] for truth in province.truth.values() if truth.published}
    assert "2026-11-20" in days


def test_only_reposts_share_a_title_or_a_text(province: Province) -> None:
    own = [truth for truth in province.truth.values() if truth.original is None]
    titles = Counter(truth.title for truth in own)
    texts = Counter("".join(truth.sentences) for truth in own)
    assert [title for title, count in titles.items() if count > 1] == []
    assert max(texts.values()) == 1


def test_every_text_says_that_it_is_a_sample(province: Province) -> None:
    for truth in province.truth.values():
        whole = "".join(truth.sentences)
        assert any(word in whole for word in ("示例", "虚构", "演示")), truth.address


def test_a_repost_carries_the_originals_text_under_an_editors_line(province: Province) -> None:
    reposts = trapped(province, "repost")
    assert len(reposts) >= 5
    assert any(
        len(truth.sentences) == len(province.truth[truth.original or ""].sentences) for truth in reposts
    )
    for repost in reposts:
        original = province.truth[repost.original or ""]
        assert repost.title == original.title
        assert repost.sentences[-len(original.sentences) :] == original.sentences
        assert repost.agency != original.agency
        assert (repost.published or "") > (original.published or "")


def count_fresh(province: Province, at: int) -> int:
    count = sum(channel.fresh[at] for site in province.sites for channel in site.channels)
    assert count >= 5
    return count


@pytest.mark.parametrize("trap", ["template-number", "template-date", "template-amount", "template-name"])
def test_two_notices_of_one_template_differ_in_one_thing_only(province: Province, trap: str) -> None:
    one, other = trapped(province, trap)
    assert one.title != other.title
    longer = set("".join(one.sentences)) ^ set("".join(other.sentences))
    assert "".join(one.sentences) != "".join(other.sentences)
    assert len(longer) <= 12


def test_what_must_block_is_named_with_what_must_not_leak(province: Province) -> None:
    blocked = {truth.outcome: truth for truth in province.truth.values() if truth.blocks or truth.secrets}
    assert set(blocked) == {"secret", "id_number", "attachment_id_number"}
    assert not blocked["id_number"].blocks  # it is masked
    assert SECRET_MARK == "机密★1年"
    assert blocked["id_number"].secrets[0] in "".join(blocked["id_number"].sentences)
    assert blocked["attachment_id_number"].attachments


@pytest.mark.parametrize("serial", range(0, 200, 7))
def test_identity_numbers_pass_the_checksum_and_no_region_has_them(serial: int) -> None:
    number = make_number(serial)
    weights = [2 ** (17 - at) % 11 for at in range(18)]
    values = [10 if digit == "X" else int(digit) for digit in number]
    assert sum(weight * value for weight, value in zip(weights, values, strict=True)) % 11 == 1
    assert number.startswith("99")


def test_dates_are_told_as_exactly_as_the_page_tells_them(province: Province) -> None:
    documents = [truth for truth in province.truth.values() if truth.issued]
    assert documents
    assert all((truth.issued or "") < (truth.published or "") for truth in documents)
    assert [truth.published for truth in trapped(province, "no-date")] == [None]
    lengths = {len(truth.published) for truth in province.truth.values() if truth.published}
    assert lengths == {len("2026-11-05"), len("2026-11-05T10:08")}


def test_the_four_byte_characters_are_in_a_title_and_a_body(province: Province) -> None:
    (truth,) = trapped(province, "four-bytes")
    assert FOUR_BYTES[0] in truth.title
    assert FOUR_BYTES[1] in "".join(truth.sentences)
    assert len(FOUR_BYTES[0].encode("gb18030")) == 4


def test_the_second_night_changes_exactly_what_the_issue_names(province: Province) -> None:
    first, second = province.truth, province.at_night(2).truth
    new = {address: truth for address, truth in second.items() if address not in first}
    changed = [address for address in first if second[address] != first[address]]
    assert set(first) <= set(second)
    assert len(new) == count_fresh(province, 0)
    assert {second[address].trap for address in changed} == {"changed", "withdrawn"}
    (edited,) = (address for address in changed if second[address].outcome == "item")
    assert replace(second[edited], sentences=()) == replace(first[edited], sentences=())
    assert all((truth.published or "").startswith("2026-11-20") for truth in new.values())


def test_the_third_night_only_adds(province: Province) -> None:
    second, third = province.at_night(2).truth, province.at_night(3).truth
    assert all(third[address] == truth for address, truth in second.items())
    assert len(third) - len(second) == count_fresh(province, 1)


def test_the_broken_site_lists_nothing_from_the_second_night(province: Province) -> None:
    site = province.site["keji"]
    assert province.list_keys(site, site.channels[0])
    assert province.at_night(2).list_keys(site, site.channels[0]) == []


def test_a_few_agencies_work_without_the_others() -> None:
    for count in (1, 3, 7):
        small = make_province(TODAY, agencies=count)
        assert len(small.sites) == count
        assert small.truth


def test_scales_to_a_thousand_agencies_and_a_hundred_thousand_items() -> None:
    large = make_province(TODAY, agencies=1_000, items=100_000)
    counts = [large.count(site, channel) for site in large.sites for channel in site.channels]
    assert len(large.sites) == 1_000
    assert sum(counts) == 100_000
    longer = make_province(TODAY, items=5_000)
    total = sum(channel.count for site in longer.sites for channel in site.channels)
    assert total == pytest.approx(5_000, rel=0.01)
    assert trapped(longer, "secret-mark")
