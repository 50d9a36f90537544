"""What recording and virtual time cost, against their peers: python tests/benchmarks.

Each figure comes out of a process of its own. What is compared runs in turn, round after
round, and each round gives a ratio; the table shows their median, least and most. Peers that
are not installed are named as such: `pip install '.[bench]'` brings them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WORKLOADS = Path(__file__).with_name("workloads.py")
CLASSROOM = Path(__file__).with_name("classroom.py")
NEWER = sys.version_info >= (3, 13)


@dataclass(frozen=True)
class Row:
    """A row of the table: what is measured, under what, against what.

    Attributes:
        name: for `--only`.
        title: what it says.
        tool, work: what is measured.
        peer, peer_work: what the ratio is to; without a peer the figure stands alone.
        unit: of the figure.
        reach: what the figure is to be, in words.
        holds: whether it is.
    """

    name: str
    title: str
    tool: str
    work: str
    peer: str = ""
    peer_work: str = ""
    unit: str = "x"
    reach: str = ""
    holds: Callable[[float], bool] | None = None


def rows(scale: float) -> list[Row]:
    """Return the rows of the table."""
    most = 1.6 if NEWER else 1.75
    recording = []
    for work, title in (("sleep0", "200k sleep(0) steps"), ("queue", "200k steps of 50 queues")):
        for tool in ("recording", "viztracer", "yappi"):
            ours = tool == "recording"
            recording.append(
                Row(
                    work,
                    f"{title}: {tool} / bare",
                    tool,
                    work,
                    "bare",
                    work,
                    reach=f"<= {most}" if ours else "",
                    holds=(lambda x: x <= most) if ours else None,
                )
            )
    wakes = 100_000 * scale
    return [
        *recording,
        Row("sleep0", "the same: observe / bare", "observe", "sleep0", "bare", "sleep0"),
        Row("record", "a Run of 200k steps", "recording", "record:sleep0", unit=" ms"),
        Row(
            "memory",
            "recorder, a step",
            "recording",
            "bytes:sleep0",
            unit=" bytes",
            reach="<= 120",
            holds=lambda x: x <= 120,
        ),
        Row("memory", "recorder, resident, a step", "recorder", "resident:sleep0", unit=" bytes"),
        Row("memory", "viztracer, resident, a step", "viztracer", "resident:sleep0", unit=" bytes"),
        Row(
            "timers",
            "100k timers: observe",
            "observe",
            "timers",
            unit=" ms",
            reach=f"<= {wakes / 50:.0f} (50k/s)",
            holds=lambda x: wakes / x * 1e3 >= 50_000,
        ),
        Row(
            "timers",
            "100k timers: speed, observe to looptime",
            "looptime",
            "timers",
            "observe",
            "timers",
            reach=">= 1",
            holds=lambda x: x >= 1,
        ),
        Row(
            "explore",
            "two deposits, all orders: speed to asyncio.run",
            "bare",
            "orders",
            "explore",
            "orders",
            reach=">= 1",
            holds=lambda x: x >= 1,
        ),
        Row(
            "figure",
            "picture of 1,000 tasks, 100k spans",
            "draw",
            "figure:crowd",
            unit=" ms",
            reach="< 2000",
            holds=lambda x: x < 2_000,
        ),
        Row(
            "figure",
            "the same: its process, at the most",
            "memory",
            "figure:crowd",
            unit=" MB",
            reach="< 300",
            holds=lambda x: x < 300,
        ),
        Row("figure", "the same, written for Perfetto", "recording", "trace", unit=" ms"),
        Row("figure", "its speed to viztracer's", "viztracer", "trace", "recording", "trace"),
        Row(
            "figure",
            "picture of a lesson's example",
            "draw",
            "figure:lesson",
            unit=" ms",
            reach="< 300",
            holds=lambda x: x < 300,
        ),
        Row(
            "import",
            "import looplab",
            "bare",
            "import",
            unit=" ms",
            reach="< 150",
            holds=lambda x: x < 150,
        ),
    ]


def rows_of_a_class(scale: float) -> list[Row]:
    """Return the rows of another table: it takes minutes, so that only `--only class` prints it."""
    many, few, waiting = (max(2, int(count * scale)) for count in (100, 10, 50))
    lesson, threads = "02_yield_and_send", "12_threads"
    one, two = f"class:{lesson}:{many}:1", f"class:{lesson}:{many}:2"
    plain = f"class:{lesson}:{few}:1"
    rate = " a min"
    return [
        Row("class", f"lesson 02, {many} submissions, two workers", "looplab", two, unit=rate),
        Row(
            "class",
            f"the same: speed to nbgrader autograde's ({few})",
            "looplab",
            two,
            "nbgrader",
            plain,
            reach=">= 15",
            holds=lambda x: x >= 15,
        ),
        Row(
            "class",
            "the same: speed to one worker's",
            "looplab",
            two,
            "looplab",
            one,
            reach=">= 1.8",
            holds=lambda x: x >= 1.8,
        ),
        Row(
            "class",
            f"lesson 12, {waiting} submissions, two workers",
            "looplab",
            f"class:{threads}:{waiting}:2",
            unit=rate,
            reach=">= 160",
            holds=lambda x: x >= 160,
        ),
        Row(
            "class",
            f"lesson 02, feedback for {3 * many}",
            "feedback",
            f"class:{lesson}:{3 * many}:2",
            unit=" pages/s",
            reach=">= 20",
            holds=lambda x: x >= 20,
        ),
        Row(
            "class",
            f"most memory, {many} submissions to {few}",
            "memory",
            one,
            "memory",
            plain,
            reach="<= 1.2",
            holds=lambda x: x <= 1.2,
        ),
    ]


def measure(tool: str, work: str, scale: float) -> float:
    """Return one figure, out of a process of its own."""
    command = [sys.executable, str(WORKLOADS), tool, work, str(scale)]
    if work.startswith("class:"):
        command = [sys.executable, str(CLASSROOM), tool, *work.split(":")[1:]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{tool} on {work} failed:\n{done.stderr}")
    return float(json.loads(done.stdout.splitlines()[-1]))


def figures(row: Row, rounds: int, scale: float) -> list[float]:
    """Return one figure for each round."""
    found = []
    for _ in range(rounds):
        figure = measure(row.tool, row.work, scale)
        if row.peer:
            figure /= measure(row.peer, row.peer_work, scale)
        found.append(figure)
    return found


def line(row: Row, rounds: int, scale: float) -> str:
    """Return a line of the table."""
    for tool in (row.tool, row.peer):
        if tool in ("viztracer", "yappi", "looptime") and not importlib.util.find_spec(tool):
            return f"{row.title:<46} {tool} is not installed"
    found = figures(row, rounds, scale)
    median = statistics.median(found)
    verdict = "" if row.holds is None else "holds" if row.holds(median) else "DOES NOT HOLD"
    span = f"({min(found):.2f} - {max(found):.2f})"
    return (
        f"{row.title:<46} {median:>9.2f}{row.unit:<6} {span:<22} {row.reach:<16} {verdict}".rstrip()
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=7, help="how often each is measured")
    parser.add_argument("--quick", action="store_true", help="small and once, to see that it runs")
    parser.add_argument("--only", metavar="NAME", help="the rows of this name")
    options = parser.parse_args()
    scale, rounds = (0.02, 1) if options.quick else (1.0, max(1, options.rounds))
    chosen = [row for row in rows(scale) if options.only in (None, row.name)]
    if options.only == "class":
        chosen = rows_of_a_class(scale)
    if not chosen:
        parser.error(f"no row is named {options.only}")
    print(f"Python {platform.python_version()}, {rounds} rounds: median (least - most)")
    for row in chosen:
        print(line(row, rounds, scale), flush=True)


if __name__ == "__main__":
    main()
