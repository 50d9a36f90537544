"""nbgrader's settings for this course. nbgrader and `looplab build` both read this file."""

from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader puts it here)

c.CourseDirectory.course_id = "looplab"
# The folder of this file, whatever the current one is. gradebook.db lies in it too.
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

c.ClearSolutions.code_stub = {"python": "# TODO: write your code here\nraise NotImplementedError"}

# The verdict is made outside the process that runs a student's code: Examine stands
# where nbgrader has Execute, and Repair restores the tests before anything else.
c.Autograde.sanitize_preprocessors = [
    "loopgrade.nbgrader_plugins.Repair",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "loopgrade.nbgrader_plugins.Examine",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "loopgrade.nbgrader_plugins.HideHiddenTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]

# Where bubblewrap cannot run, and you accept that a student's code can read your files:
# c.Examine.isolation = "process"
