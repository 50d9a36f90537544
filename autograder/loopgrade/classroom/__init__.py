"""A whole class: which submissions there are, and what becomes of each."""
