"""The attachments and images of one page: fetched under the same guard, capped in number and size."""

from __future__ import annotations

from collections import OrderedDict

from pipelines.messages import FetchedFile
from reading.page import Reading
from spiders.faults import Fault
from spiders.fetch import FILE_LIMIT, IMAGE_LIMIT, Fetcher
from spiders.gate import Turn

MOST_FILES = 60
ITEM_LIMIT = 64 << 20
_CACHE_LIMIT = 4 << 20
_SMALL = 128 << 10


class FileFetcher:
    """Fetches what belongs to an item; a small file that many pages show (an icon) is fetched once a run."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._small: OrderedDict[str, FetchedFile] = OrderedDict()
        self._small_bytes = 0

    async def fetch(self, reading: Reading, deadline: float) -> tuple[FetchedFile, ...]:
        """Fetch every attachment and image of a page; what could not be had carries its fault."""
        limits = {image.url: IMAGE_LIMIT for image in reading.images}
        limits |= {attachment.url: FILE_LIMIT for attachment in reading.attachments}
        ordered = [attachment.url for attachment in reading.attachments]
        ordered += [image.url for image in reading.images]
        files: dict[str, FetchedFile] = {}
        held = 0
        for url in ordered:
            if url in files:
                continue
            if len(files) >= MOST_FILES or held >= ITEM_LIMIT:
                files[url] = FetchedFile(url, None, fault="the item has more files than one run fetches")
                continue
            files[url] = await self._fetch_one(url, limits[url], deadline)
            held += len(files[url].raw or b"")
        return tuple(files.values())

    async def _fetch_one(self, url: str, limit: int, deadline: float) -> FetchedFile:
        if url in self._small:
            self._small.move_to_end(url)
            return self._small[url]
        answer = await self._fetcher.fetch(url, Turn.FILE, deadline, limit)
        if isinstance(answer, Fault):
            return FetchedFile(url, None, fault=f"{answer.kind}: {answer.words}")
        if answer.status != 200 or not answer.raw:
            return FetchedFile(url, None, fault=f"answers {answer.status} with {len(answer.raw)} bytes")
        file = FetchedFile(url, answer.raw, answer.content_type)
        self._keep(file, len(answer.raw))
        return file

    def _keep(self, file: FetchedFile, size: int) -> None:
        if size > _SMALL:
            return
        self._small[file.url] = file
        self._small_bytes += size
        while self._small_bytes > _CACHE_LIMIT:
            _, oldest = self._small.popitem(last=False)
            self._small_bytes -= len(oldest.raw or b"")
