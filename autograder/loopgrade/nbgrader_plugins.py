"""The examiner as a plugin of nbgrader: what a course's nbgrader_config.py imports.

from loopgrade.nbgrader_plugins import use_examiner

use_examiner(c)
"""

from typing import Any

from loopgrade.steps import preprocessors

__all__ = ["use_examiner"]


def use_examiner(config: Any) -> None:
    """Let nbgrader grade with the examiner, and validate with it.

    Args:
        config: what `get_config()` returns.
    """
    from loopgrade.classroom.validating import validate_by_all_tests

    preprocessors.use_examiner(config)
    validate_by_all_tests(config)
