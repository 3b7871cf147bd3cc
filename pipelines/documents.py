"""The text inside attachments, read in a process of its own, since files from outside are hostile."""

from __future__ import annotations

import io
import multiprocessing
import resource
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

_WALL = 20.0  # seconds that one document may take
_CPU = 20  # seconds of processor time that one reader process may use for a document
_MEMORY = 1 << 30  # bytes of address space
_UNPACKED = 64 << 20  # bytes that a packed document may unpack to
_LONGEST = 2_000_000  # characters kept of one document's text


@dataclass(frozen=True)
class DocumentText:
    """The words of a document, or the fault that says in an editor's words why they could not be read."""

    text: str = ""
    fault: str | None = None


def read_document(raw: bytes, extension: str) -> DocumentText:
    """Read the words of a document of a known kind; a kind that cannot be read is a fault, never silence."""
    reader = _READERS.get(extension)
    if reader is None:
        return DocumentText(fault="此类附件无法自动检查文字，请打开核对")
    if extension == ".doc" and shutil.which("antiword") is None:
        return DocumentText(fault="本机没有安装 antiword，.doc 附件无法自动检查文字，请打开核对")
    try:
        text = reader(raw)
    except (ValueError, KeyError, OSError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        return DocumentText(fault=f"附件已损坏或加密，无法检查文字（{type(error).__name__}）")
    if not text.strip():
        return DocumentText(fault="附件中没有可检查的文字（可能是扫描件），请打开核对")
    return DocumentText(text[:_LONGEST])


class DocumentReader:
    """Reads documents in one worker process with limits; a killed worker costs one document."""

    def __init__(self) -> None:
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, raw: bytes, extension: str) -> DocumentText:
        """Read one document; hanging, crashing and running out of memory are faults of that document."""
        if extension not in _READERS:
            return read_document(raw, extension)
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=1,
                max_tasks=200,
                initializer=_limit,
                context=multiprocessing.get_context("forkserver"),
            )
        future = self._pool.schedule(read_document, args=(raw, extension), timeout=_WALL)
        try:
            result: DocumentText = future.result()
        except FutureTimeout:
            return DocumentText(fault="附件检查超时，请打开核对")
        except (ProcessExpired, MemoryError, RecursionError):
            return DocumentText(fault="附件检查时出错，请打开核对")
        return result

    def close(self) -> None:
        """Let the worker go."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _read_pdf(raw: bytes) -> str:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        pages = PdfReader(io.BytesIO(raw)).pages
        return "\n".join(page.extract_text() for page in pages)
    except PyPdfError as error:
        raise ValueError(str(error)) from error


def _read_docx(raw: bytes) -> str:
    from docx import Document

    _refuse_bomb(raw)
    document = Document(io.BytesIO(raw))
    lines = [paragraph.text for paragraph in document.paragraphs]
    for table in document.tables:
        lines += ["\t".join(cell.text for cell in row.cells) for row in table.rows]
    for section in document.sections:
        lines += [
            paragraph.text for part in (section.header, section.footer) for paragraph in part.paragraphs
        ]
    return "\n".join(lines)


def _read_xlsx(raw: bytes) -> str:
    from openpyxl import load_workbook

    _refuse_bomb(raw)
    book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    lines = [sheet.title for sheet in book.worksheets]
    for sheet in book.worksheets:
        for row in sheet.iter_rows(values_only=True):
            lines.append("\t".join(str(cell) for cell in row if cell is not None))
    book.close()
    return "\n".join(lines)


def _read_doc(raw: bytes) -> str:
    """Old Word files are read by antiword where it is installed (`apt install antiword`)."""
    with tempfile.NamedTemporaryFile(suffix=".doc") as file:
        file.write(raw)
        file.flush()
        command = ["antiword", "-w", "0", "-m", "UTF-8.txt", file.name]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_WALL - 2, check=True)
        except subprocess.SubprocessError as error:
            raise ValueError(str(error)) from error
    return done.stdout.decode("utf-8", errors="replace")


def _read_plain(raw: bytes) -> str:
    from reading.charset import decode

    return decode(raw).text


def _refuse_bomb(raw: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        size = sum(entry.file_size for entry in packed.infolist())
    if size > _UNPACKED:
        raise ValueError(f"unpacks to {size} bytes")


_READERS: dict[str, Callable[[bytes], str]] = {
    ".pdf": _read_pdf,
    ".doc": _read_doc,
    ".docx": _read_docx,
    ".xlsx": _read_xlsx,
    ".txt": _read_plain,
    ".csv": _read_plain,
}
