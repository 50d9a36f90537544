"""The untrusted side of grading: the process that runs a student's code.

It knows no test and no expected value. It stands in this package, because a sandbox sees
`looplab` and never `loopgrade`.
"""
