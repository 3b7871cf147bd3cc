"""Real small files made by code: PDF, DOCX, XLSX with text inside, PNG pictures; same words, same bytes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MEDIA = "application/vnd.openxmlformats-officedocument"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H"
    b" /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>"
)
_GLYPHS = (
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >>"
    b" /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6"
    b" /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>"
)

TYPES = {
    "pdf": "application/pdf",
    "docx": f"{_MEDIA}.wordprocessingml.document",
    "xlsx": f"{_MEDIA}.spreadsheetml.sheet",
    "png": "image/png",
}


def make_document(kind: str, lines: Sequence[str]) -> bytes:
    """Make a file of the kind pdf, docx or xlsx; a tab in a line parts the cells of a sheet."""
    makers = {"pdf": make_pdf, "docx": make_docx, "xlsx": make_xlsx}
    return makers[kind](lines)


def make_pdf(lines: Sequence[str], per_page: int = 30) -> bytes:
    """Write a PDF whose text can be taken out again: a CID font by name, with the map back to Unicode.

    Codes are UTF-16 units (UniGB-UTF16-H), so that a reader without the map finds the words too.
    """
    pages = [lines[at : at + per_page] for at in range(0, len(lines), per_page)] or [[]]
    kids = " ".join(f"{6 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _FONT,
        _GLYPHS,
        _stream(_unicode_map("".join(lines))),
    ]
    for at, page in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
            + f" /Contents {7 + 2 * at} 0 R >>".encode()
        )
        objects.append(_stream(_page_content(page)))
    return _bind(objects)


def _page_content(lines: Sequence[str]) -> bytes:
    shown = "\n".join(f"<{line.encode('utf-16-be').hex()}> Tj T*" for line in lines)
    return f"BT /F1 12 Tf 24 TL 60 780 Td\n{shown}\nET".encode()


def _unicode_map(text: str) -> bytes:
    units = sorted({char for char in text if ord(char) < 0x10000})
    blocks = []
    for at in range(0, len(units), 100):
        part = units[at : at + 100]
        rows = "\n".join(f"<{ord(char):04x}> <{ord(char):04x}>" for char in part)
        blocks.append(f"{len(part)} beginbfchar\n{rows}\nendbfchar")
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        + "\n".join(blocks)
        + "\nendcmap\nend\nend"
    ).encode()


def _stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def _bind(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}".encode()
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def make_docx(lines: Sequence[str]) -> bytes:
    """Write a Word document, a paragraph a line."""
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in lines)
    document = f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    return _pack(
        {
            "[Content_Types].xml": _content_types({"/word/document.xml": "wordprocessingml.document.main"}),
            "_rels/.rels": _relations({"officeDocument": "word/document.xml"}),
            "word/document.xml": document,
        }
    )


def make_xlsx(lines: Sequence[str]) -> bytes:
    """Write a workbook of one sheet, a row a line, a cell between tabs."""
    rows = "".join(f"<row>{''.join(map(_cell, line.split(chr(9))))}</row>" for line in lines)
    parts = {
        "/xl/workbook.xml": "sheet.main",
        "/xl/worksheets/sheet1.xml": "worksheet",
        "/xl/styles.xml": "styles",
    }
    styles = (
        f'{_HEAD}<styleSheet xmlns="{_SHEET}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
    sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    return _pack(
        {
            "[Content_Types].xml": _content_types({k: f"spreadsheetml.{v}" for k, v in parts.items()}),
            "_rels/.rels": _relations({"officeDocument": "xl/workbook.xml"}),
            "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">'
            '<sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _relations(
                {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml"}
            ),
            "xl/worksheets/sheet1.xml": _HEAD + sheet,
            "xl/styles.xml": styles,
        }
    )


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _content_types(parts: Mapping[str, str]) -> str:
    rows = "".join(f'<Override PartName="{k}" ContentType="{_MEDIA}.{v}+xml"/>' for k, v in parts.items())
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{rows}</Types>'
    )


def _relations(targets: Mapping[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _pack(parts: Mapping[str, str]) -> bytes:
    """Zip the parts with one fixed time, or the bytes would differ from run to run."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, text in parts.items():
            entry = ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, text)
    return out.getvalue()


def make_picture(name: str, width: int = 320, height: int = 180) -> bytes:
    """Draw a PNG: sky, a ridge and a lake in colours that follow from the name."""
    tint = zlib.crc32(name.encode())
    sky = bytes((150 + tint % 60, 190 + (tint >> 8) % 40, 225))
    ridge = bytes((70 + (tint >> 4) % 50, 95 + (tint >> 12) % 50, 80))
    lake = bytes((20, 100 + (tint >> 16) % 60, 120 + (tint >> 20) % 60))
    peak = 40 + (tint >> 6) % 200
    rows = bytearray()
    for y in range(height):
        rows += b"\0"
        if y > height * 0.66:
            rows += lake * width
            continue
        reach = max(0, int((y - height * 0.25) * 1.6))
        left, right = max(0, peak - reach), min(width, peak + reach)
        rows += sky * left + ridge * (right - left) + sky * (width - right)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
