"""What makes a publish short changes nothing of what it makes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from shown import form, parse

import publish.body
from portal import Portal
from publish.body import arrange_body, is_bare, is_plain
from publish.fields import see_summary
from publish.once import Once
from publish.site_view import read_settled, settle, write_settled
from sources import Sources
from store.database import Database
from store.mirror import mirror_configuration, read_seen, save_seen

words = st.text("省教育厅 <>&\"'\n\t\xa0\r，a1", max_size=12).map(lambda text: text.replace("&", "&amp;"))
safe = st.text("省教育厅 \"'\n\t，a1", max_size=12) | st.sampled_from(["&amp;", "&lt;p&gt;", ""])
piece = safe | st.builds("<strong>{}</strong>".format, safe) | st.just("<br>") | words
block = st.builds(
    "<{0}{1}>{2}</{0}>".format,
    st.sampled_from(["p", "h2", "h3", "h1", "div"]),
    st.sampled_from(["", ' class="right"', ' class="x"', " onclick=x"]),
    st.lists(piece, max_size=4).map("".join),
)


@given(st.lists(block, max_size=4).map("\n".join))
def test_a_body_that_passes_as_it_stands_is_what_the_sanitizer_would_write(html: str) -> None:
    found = arrange_body(html, {})
    with mock.patch.object(publish.body, "is_plain", return_value=False):
        assert arrange_body(html, {}) == found


@given(st.lists(piece, max_size=8).map("".join))
def test_bare_lines_that_are_split_as_they_stand_are_what_a_look_at_the_tree_gives(html: str) -> None:
    found = arrange_body(html, {})
    with mock.patch.object(publish.body, "is_bare", return_value=False):
        assert arrange_body(html, {}) == found


def test_lines_with_breaks_are_split_as_they_stand_and_nothing_with_another_tag_is() -> None:
    assert is_bare("　　第一行<br>A &amp; B <strong>要</strong><br>")
    for html in ("a<br><p>b</p>", "a<br onclick=x>", "a<i>b</i>", "a<b><br></b>", "a\xa0b"):
        assert not is_bare(html)


def test_most_bodies_pass_and_nothing_with_a_foreign_tag_or_attribute_does() -> None:
    assert is_plain(
        '<p>第一段。</p>\n<h2>标题</h2><p class="right">2026年<br>A &amp; B <strong>要</strong></p>'
    )
    for html in ("<p onclick=x>a</p>", "<script>a</script>", "<p><img></p>", "<p>a", "a<p>", "<p>&#x3c;</p>"):
        assert not is_plain(html)


def test_a_part_is_rendered_once_for_the_same_keys() -> None:
    seen: list[str] = []

    def note(word: str) -> str:
        seen.append(word)
        return f"<{word}>"

    text = "{% once key, other %}{{ note(key) }}{% endonce %}{{ key }}"
    environment = Environment(loader=DictLoader({"x": text}), extensions=[Once], autoescape=True)
    page = environment.get_template("x")
    told = [page.render(key=key, other=1, note=note) for key in ("a", "b", "a")]
    assert told == ["&lt;a&gt;a", "&lt;b&gt;b", "&lt;a&gt;a"]
    assert seen == ["a", "b"]


def test_whoever_mirrors_the_files_unsays_what_the_last_publish_saw(
    database: Database, sources: Sources, portal: Portal
) -> None:
    with database.write() as connection:
        save_seen(connection, "one")
        assert read_seen(connection) == "one"
        mirror_configuration(connection, sources, portal, datetime(2026, 11, 5, tzinfo=UTC))
        assert read_seen(connection) is None


def test_what_a_publish_keeps_of_the_files_is_what_they_say(portal: Portal) -> None:
    settled = settle(portal, date(2026, 11, 5))
    text = write_settled(settled, "seal")
    assert read_settled(text, "seal") == settled
    assert read_settled(text, "other") is None
    for broken in (text[:-9], "[]", '{"is": "Popen"}', '{"seal": "seal", "site": {}, "keep": 1}'):
        assert read_settled(broken, "seal") is None


_PARTS = st.sampled_from(
    [
        "<p>雨</p>",
        "<p>雪<strong>大</strong>风&amp;云</p>",
        "<h2>霜</h2>",
        "<table><tr><td>格</td></tr></table>",
        "露<br>",
    ]
)


@given(parts=st.lists(_PARTS, min_size=1, max_size=12), times=st.sampled_from([1, 40, 400]))
def test_a_summary_is_the_beginning_of_the_whole_text(parts: list[str], times: int) -> None:
    html = "".join(f"<p>{'山河' * 5}</p>" for _ in range(3)) + "".join(parts) * times
    whole = parse(f"<div>{html}</div>")
    for table in whole.findall(".//table"):
        table.drop_tree()
    words = " ".join(" ".join(whole.itertext()).split())
    assert see_summary(form(html=html, summary="")) == (words if len(words) <= 110 else f"{words[:109]}…")
