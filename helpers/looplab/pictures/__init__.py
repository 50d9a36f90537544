"""A `Run` as a figure, in words, and as a trace. Nothing here runs a program."""
