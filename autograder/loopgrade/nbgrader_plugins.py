"""The examiner as a plugin of nbgrader: what a course's nbgrader_config.py imports.

from loopgrade.nbgrader_plugins import use_examiner

use_examiner(c)
"""

from loopgrade.steps.preprocessors import use_examiner

__all__ = ["use_examiner"]
