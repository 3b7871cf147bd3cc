"""How large a picture is shown, read from its head alone."""

from __future__ import annotations

import io
import warnings

from PIL import Image

_ORIENTATION = 0x0112  # EXIF: 5 to 8 say that the camera lay on its side
_FAULTS = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)


def measure_picture(raw: bytes) -> tuple[int, int] | None:
    """Give width and height in pixels as a browser shows the picture, None where they cannot be told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd pictures are told by their faults
            return _measure(raw)
    except _FAULTS:
        return None


def _measure(raw: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "GIF", "WEBP")) as picture:
        width, height = picture.size
        lies = picture.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    return (height, width) if lies else (width, height)
