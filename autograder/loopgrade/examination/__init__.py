"""A submission's cells and trusted tests in, verdicts out. No student's code runs in here."""
