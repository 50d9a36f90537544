"""What happened, as plain data: a `Run`, what it can be asked, and how it crosses a border.

It uses no other room, and draws nothing.
"""
