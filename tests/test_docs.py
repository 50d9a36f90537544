"""The pages under docs/ build without a warning, hold the public API, and stand by themselves."""

import importlib.util
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image

import looplab
from looplab import legacy

ROOT = Path(__file__).parents[1]
MISSING = [name for name in ("sphinx", "myst_parser", "furo") if not importlib.util.find_spec(name)]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"pip install '.[docs]' brings {MISSING}"),
]


class Page(HTMLParser):
    """What a page refers to, and what it can be referred to by.

    Attributes:
        ids: the targets in it.
        links: where a reader may go from it.
        loaded: what a browser loads with it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self.ids.add(told["id"])
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        elif "href" in told:
            self.loaded.append(told["href"])
        if "src" in told:
            self.loaded.append(told["src"])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    """Every page, built as the README says, by where it is."""
    out = tmp_path_factory.mktemp("docs")
    told = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-d", out / ".trees", "docs", out],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return {path.resolve(): Page(path) for path in out.rglob("*.html")}


def test_the_pictures_are_those_that_docs_pictures_draws(tmp_path: Path) -> None:
    """Run python docs/pictures.py where this fails."""
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "docs" / "pictures.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    drawn = module.draw(tmp_path)
    of_pages = {"report.png", "feedback.png"}  # what docs/pages.py takes
    there = {path.name for path in (ROOT / "docs").glob("*.png")}
    assert {path.name for path in drawn} == there - of_pages
    for path in drawn:
        # Not by bytes: another version of matplotlib smooths edges in another way.
        with Image.open(path) as mine, Image.open(ROOT / "docs" / path.name) as theirs:
            assert mine.size == theirs.size, path.name


def test_the_public_names_are_in_the_reference(pages: dict[Path, Page]) -> None:
    documented = {id for page in pages.values() for id in page.ids}
    methods = [name for name in vars(looplab.Run) if not name.startswith("_")]
    expected = {
        *(f"looplab.{name}" for name in looplab.__all__),
        *(f"looplab.Run.{name}" for name in methods),
        *(f"looplab.legacy.{name}" for name in ("enable", "disable", "coroutine")),
    }
    assert methods
    assert legacy.coroutine
    assert expected - documented == set()


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    loaded = {address for page in pages.values() for address in page.loaded}
    assert loaded
    assert [address for address in loaded if urlsplit(address).netloc] == []


def test_links_between_pages_lead_somewhere(pages: dict[Path, Page]) -> None:
    followed = 0
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or not link.strip("#"):
                continue
            followed += 1
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), (path.name, link)
            if parts.fragment and target in pages:
                assert parts.fragment in pages[target].ids, (path.name, link)
    assert followed > 20
