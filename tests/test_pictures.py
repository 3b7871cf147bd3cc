"""Pictures on the portal: sized, without what a camera wrote, and untouched where touching is not safe."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office import Office
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pipelines.intake import Intake
from pipelines.messages import FetchedFile, PageRead
from pipelines.pictures import measure_picture
from portal import Portal
from publish.pictures import WIDTH, fit, prepare_picture
from publish.verify import verify_site
from reading.article import read_article
from reading.page import Image as Shown
from reading.page import Page
from sample import BODY, NOW
from store.database import Database
from store.drafts import keep_bytes
from store.files import StoredFile, save_file
from store.queue import walk_waiting

GPS = 0x8825


def draw(kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 120 if mode == "L" else None).save(out, kind, **options)
    return out.getvalue()


def snap(size: tuple[int, int] = (64, 48), orientation: int = 1) -> bytes:
    """A photo with a place in it, as a telephone makes one."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(GPS)[2] = (36.6, 101.7, 0.0)
    return draw("JPEG", size, exif=exif)


def open_picture(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(raw))


def test_a_photo_loses_the_place_and_stands_upright() -> None:
    made = open_picture(prepare_picture(snap((64, 48), orientation=6)))
    assert made.size == (48, 64)
    assert not made.getexif()
    assert "exif" not in made.info
    assert measure_picture(snap((64, 48), orientation=6)) == (48, 64)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_wide_picture_becomes_as_wide_as_a_page_needs(kind: str) -> None:
    made = open_picture(prepare_picture(draw(kind, (4000, 1000))))
    assert made.size == (WIDTH, 320) == fit(4000, 1000)
    assert made.format == kind
    assert fit(800, 9) == (800, 9)


def test_words_inside_a_png_go() -> None:
    notes = PngInfo()
    notes.add_text("Author", "某人")
    made = prepare_picture(draw("PNG", pnginfo=notes))
    assert b"Author" not in made


def test_a_picture_with_nothing_to_gain_keeps_its_bytes() -> None:
    for raw in (draw("JPEG"), draw("PNG"), draw("WEBP")):
        assert prepare_picture(raw) == raw


def test_what_moves_or_is_odd_is_left_alone() -> None:
    frames = [Image.new("RGB", (2000, 8), color) for color in ("red", "blue")]
    for kind in ("PNG", "WEBP", "GIF"):
        out = io.BytesIO()
        frames[0].save(out, kind, save_all=True, append_images=frames[1:])
        assert prepare_picture(out.getvalue()) == out.getvalue()
    for raw in (b"", b"GIF89a", snap()[:200], draw("PNG", (30_000, 2_000), "L")):
        assert prepare_picture(raw) == raw


@given(st.binary(max_size=200), st.integers(0, 600))
@settings(max_examples=60, deadline=None)
def test_no_bytes_stop_a_publish(noise: bytes, at: int) -> None:
    raw = snap()
    broken = raw[:at] + noise + raw[at + len(noise) :]
    assert isinstance(prepare_picture(broken), bytes)
    measure_picture(broken)


def keep(office: Office, raw: bytes) -> dict[str, Any]:
    digest = keep_bytes(office.home, "image", raw)
    file = StoredFile(digest, "image", "image/jpeg", ".jpg", len(raw))
    with office.database.write() as connection:
        save_file(connection, file)
    return {"path": file.path, "alt": "检查现场", "width": 4000, "height": 1000}


def test_the_portal_serves_the_small_one_with_its_size(database: Database, portal: Portal) -> None:
    office = Office(database, portal)
    image = keep(office, draw("JPEG", (4000, 1000)))
    item = office.approve(office.write(html=f'<p>文</p><img src="{image["path"]}">', images=[image]))
    office.publish()
    page = office.page_of(item).read_text(encoding="utf-8")
    assert 'width="1280" height="320"' in page
    assert 'alt="检查现场"' in page
    assert f'<meta name="Image" content="https://www.example.gov.cn{image["path"]}">' in page
    served = Path(office.site, image["path"].lstrip("/"))
    assert open_picture(served.read_bytes()).size == (1280, 320)
    before = served.read_bytes()
    served.chmod(0o644)
    served.write_bytes(b"tampered")
    assert verify_site(database, office.home)
    office.publish(full=True)
    assert served.read_bytes() == before
    assert verify_site(database, office.home) == []


def test_a_picture_whose_original_was_let_go_stays_as_it_is_served(
    database: Database, portal: Portal
) -> None:
    office = Office(database, portal)
    image = keep(office, draw("JPEG", (4000, 1000)))
    item = office.approve(office.write(html=f'<p>文</p><img src="{image["path"]}">', images=[image]))
    office.publish()
    served = Path(office.site, image["path"].lstrip("/"))
    before = served.read_bytes()
    shutil.rmtree(office.home / "files")
    office.publish(full=True)
    assert office.page_of(item).is_file()
    assert served.read_bytes() == before


def test_the_size_of_a_picture_is_taken_down_when_it_comes(
    intake: Intake, database: Database, make_page: Callable[..., PageRead]
) -> None:
    url = "http://jyt.example.gov.cn/a.jpg"
    page = make_page(
        html=f'<p>文</p><img src="{url}">',
        images=(Shown(url, "现场"),),
        files=(FetchedFile(url, snap((640, 480))),),
    )
    intake.take([page])
    with database.read() as connection:
        (form,) = connection.exec_driver_sql("SELECT form FROM revisions").scalars()
    assert '"height":480' in form
    assert '"width":640' in form


@pytest.mark.parametrize(("markup", "noted"), [("", True), (' alt=""', False), (' alt="现场"', False)])
def test_a_picture_without_words_is_noted_and_decoration_is_not(
    intake: Intake, database: Database, make_page: Callable[..., PageRead], markup: str, noted: bool
) -> None:
    page = f"""<html><head><title>省教育厅开展冬季取暖检查</title></head><body><div class="content">
    <h1>省教育厅开展冬季取暖检查</h1><p>{BODY}</p><p><img src="/a.jpg"{markup}></p><p>{BODY[::-1]}</p>
    </div></body></html>"""
    address = "http://jyt.example.gov.cn/dt/1.html"
    reading = read_article(Page(page.encode(), address, NOW, "text/html; charset=utf-8"))
    assert [one.told for one in reading.images] == [not noted]
    intake.take([replace(make_page(address), reading=reading)])
    with database.read() as connection:
        (one,) = list(walk_waiting(connection))
    assert [found["rule"] for found in one.findings] == ["silent-picture"] * noted
    assert {found["level"] for found in one.findings} <= {"note"}, "it stops no item on its way"
