"""A rehearsal runs whole lessons in kernels: full points, no points, and a gallery."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from small import LESSON, SOURCE, write_course

from loopgrade.bank.rehearse import GALLERY_WIDTH, Rehearsed, rehearse, write_gallery
from loopgrade.cli import main

DRAWS = """# %% [markdown]
# ## One job [alone]

# %%
async def one(job):
    print("one begins")
    return await job(0)

observe(one, jobs([3], results=["done"])).timeline()

# %%
async def real():
    await asyncio.sleep(0.01)

print("real time")
observe(real, clock="real").timeline()

# %% tags=["varies"]
import platform
print(platform.node())

# %% role="breaks"
1 / 0

"""
FIRST_EXERCISE = '# %% exercise="fetch_all" role="answer"'

pytestmark = pytest.mark.slow


def course_with(folder: Path, source: str) -> Path:
    course = write_course(folder)
    (course / "autograder" / "lessons" / f"{LESSON}.py").write_text(source, encoding="utf-8")
    return course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = SOURCE.replace(FIRST_EXERCISE, DRAWS + FIRST_EXERCISE)
    return course_with(tmp_path_factory.mktemp("drawing") / "a course ü", source)


@pytest.fixture(scope="module")
def rehearsed(course: Path) -> Rehearsed:
    told: list[tuple[int, int]] = []
    [found] = rehearse(course, progress=lambda done, of, _: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
    return found


def test_right_answers_earn_all_points_and_stubs_none(rehearsed: Rehearsed) -> None:
    assert (rehearsed.points, rehearsed.of, rehearsed.stub_points) == (4, 4, 0)
    assert rehearsed.problems == ()
    assert rehearsed.ok


def test_a_picture_has_its_place_and_its_words(rehearsed: Rehearsed) -> None:
    virtual, real = rehearsed.pictures
    assert virtual.heading == "One job [alone]"
    assert virtual.words.splitlines()[0] == "one took 3 s"
    assert "one took 3 s" in virtual.alt
    assert (virtual.is_real, real.is_real) == (False, True)


def test_the_gallery_has_each_picture_with_its_words(rehearsed: Rehearsed, tmp_path: Path) -> None:
    page = write_gallery([rehearsed], tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "## A small lesson" in text
    for number in ("01", "02"):
        assert f"](gallery/{LESSON}/{number}.svg)" in text
        picture = ElementTree.parse(tmp_path / "gallery" / LESSON / f"{number}.svg").getroot()
        assert picture.get("width") == str(GALLERY_WIDTH)
        assert "width" not in picture.get("style", "")[:10]
    words = (tmp_path / "gallery" / LESSON / "words.txt").read_text(encoding="utf-8")
    assert "one took 3 s" in words
    assert "(in real time)" in words
    printed = (tmp_path / "gallery" / LESSON / "printed.txt").read_text(encoding="utf-8")
    assert printed == "== One job [alone]\none begins\n"
    assert write_gallery([rehearsed], tmp_path).read_text(encoding="utf-8") == text


def test_what_goes_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails = '# %%\n1 / 0\n\n# %% role="breaks"\n1 + 1\n\n' + FIRST_EXERCISE
    source = SOURCE.replace(FIRST_EXERCISE, fails).replace("return 2 * n", "return 3 * n")
    monkeypatch.chdir(course_with(tmp_path / "course", source))
    assert main(["rehearse"]) == 1
    told = capsys.readouterr().out
    assert f"{LESSON}: 3 of 4 points with the reference solutions, 0 with the stubs" in told
    assert "(1 / 0) fails: ZeroDivisionError: division by zero" in told
    assert "(1 + 1) is meant to fail and does not" in told
    assert "✗ doubles seven" in told
