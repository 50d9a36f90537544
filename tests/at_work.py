"""A notebook at work, as far as looplab knows of it: for what asks which cells have run."""

import json
from pathlib import Path
from typing import Any

from looplab.notebook import desk
from looplab.notebook.answers import Answers
from looplab.notebook.totals import Totals


class Kernel:
    """A kernel that runs the small lesson, as far as looplab knows of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.answers, self.totals = Answers(self.names), Totals()
        desk.prepare(self.names, self.answers, self.totals)

    def run(self, cell_id: str, source: str) -> None:
        self.answers.begin(source, cell_id)
        exec(source, self.names)
        self.answers.end(None)

    def judge(self, test: str, *, passed: bool) -> None:
        self.totals.note(test, self.answers.ran(test.partition("-")[0]), passed=passed)

    def save(self, **answers: str) -> None:
        notebook = json.loads(self.path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["source"] = answers.get(cell["id"], "".join(cell["source"]))
        self.path.write_text(json.dumps(notebook), encoding="utf-8")
