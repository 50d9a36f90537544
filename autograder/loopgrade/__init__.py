"""Build LoopLab's lessons, and grade what students hand in."""
