"""Who ran, who waited for what, and who woke whom: notes taken while a program runs.

It never judges and never draws, and leaves the classes of asyncio as they are.
"""
