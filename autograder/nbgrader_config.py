"""nbgrader's settings for this course. nbgrader and `looplab build` both read this file."""

from pathlib import Path

from loopgrade.nbgrader_plugins import use_examiner

c = get_config()  # noqa: F821  (nbgrader puts it here)

c.CourseDirectory.course_id = "looplab"
# The folder of this file, whatever the current one is. gradebook.db lies in it too.
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

c.ClearSolutions.code_stub = {"python": "# TODO: write your code here\nraise NotImplementedError"}

# Whoever learns alone may see the solutions, once they have the points or have tried three times.
# Leave this line out where points count.
c.Lessons.solutions = True

# The verdict is made outside the process that runs a student's code.
use_examiner(c)

# Where bubblewrap cannot run, and you accept that a student's code can read your files:
# c.Examine.isolation = "process"
