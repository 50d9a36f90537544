"""A program in, a `Run` or a verdict out: `observe`, `explore` and `expect`."""
