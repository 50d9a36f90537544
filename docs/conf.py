"""Sphinx's settings: python -m sphinx -W -n docs build/docs."""

import looplab

project = "LoopLab"
copyright = "the LoopLab contributors"  # Sphinx's name for it
release = version = looplab.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["build", "gallery"]  # whose sections gallery.md holds

# Furo is light, has a dark side, and loads nothing from the network.
html_theme = "furo"
html_title = "LoopLab"
html_show_sphinx = False

myst_heading_anchors = 3
default_role = "literal"  # docstrings write `code` so

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_class_signature = "separated"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_use_unqualified_type_names = True

# Names of Python's own and of matplotlib's: their documentation is not fetched, so that the
# pages can be built without a network.
nitpick_ignore_regex = [
    (
        r"py:(class|obj|exc)",
        r"(looplab.virtual.answers.Clock|(asyncio|collections|concurrent|matplotlib|pathlib|typing|types)\..*)",
    ),
    (
        r"py:(class|obj|exc|data)",
        r"(Any|BaseException|Callable|Clock|Exception|Figure|Iterator|Literal|Mapping|Path|Sequence|Value|"
        r"[A-Z][A-Za-z]*Error|Json|bool|dict|float|int|list|object|optional|str|tuple|type|None)",
    ),
]
