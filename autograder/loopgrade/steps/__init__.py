"""The examination as steps of nbgrader: what they read from a notebook and write into it."""
