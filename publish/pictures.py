"""Pictures of items as readers get them: not wider than a page needs, without what a camera wrote into them.

The address is that of the original, whose bytes stay among the kept files. A picture is written anew only
where that is safe and of use: JPEG, PNG, WebP of one frame that are too wide, or carry more.
Whatever moves, is broken, or has more pixels than a screen could ever show stays as it is.
"""

from __future__ import annotations

import io
import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where a picture comes: most releases have none
    from PIL import Image

WIDTH = 1280  # twice the text's width, for dense screens
MAKING = f"picture 1 {WIDTH}"  # changed whenever the way of writing changes
_ENDINGS = re.compile(r"\.(jpe?g|png|webp)$", re.IGNORECASE)
_FORMATS = ("JPEG", "PNG", "WEBP")
_MOST = 40_000_000  # pixels: 120 MB when opened
_PLAIN = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "gamma", "srgb", "transparency"}
_KEPT = {*_PLAIN, "icc_profile", "progressive", "progression", "interlace", "loop", "duration", "background"}


def is_picture(path: str) -> bool:
    """Say whether an address is of a kind that may be written anew."""
    return _ENDINGS.search(path) is not None


def fit(width: int, height: int) -> tuple[int, int]:
    """Give the size in which a picture is shown, in pixels."""
    if width <= WIDTH:
        return width, height
    return WIDTH, max(1, round(height * WIDTH / width))


def prepare_picture(raw: bytes) -> bytes:
    """Give the bytes that are served for a picture: its own, or written anew."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd in it is seen by what can be done with it
            with Image.open(io.BytesIO(raw), formats=_FORMATS) as picture:
                if not _is_worth_it(picture):
                    return raw
                return _write(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return raw  # odd: shown as its source shows it, by browsers that can


def _is_worth_it(picture: Image.Image) -> bool:
    if getattr(picture, "n_frames", 1) > 1 or picture.width * picture.height > _MOST:
        return False
    return picture.width > WIDTH or not picture.info.keys() <= _KEPT or bool(picture.getexif())


def _write(picture: Image.Image) -> bytes:
    from PIL import Image, ImageOps

    kind = picture.format
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    shown = upright.resize(fit(*upright.size), Image.Resampling.LANCZOS) if upright.width > WIDTH else upright
    out = io.BytesIO()
    if kind == "JPEG":
        if shown.mode not in ("RGB", "L"):
            shown, profile = shown.convert("RGB"), None
        shown.save(out, "JPEG", quality=85, optimize=True, progressive=True, icc_profile=profile, exif=b"")
    elif kind == "PNG":
        clean = shown.copy()
        clean.info = {name: value for name, value in shown.info.items() if name == "transparency"}
        clean.save(out, "PNG", optimize=True, icc_profile=profile)
    else:
        shown.save(out, "WEBP", quality=85, icc_profile=profile, exif=b"", xmp=b"")
    return out.getvalue()
