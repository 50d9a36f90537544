"""The answer bank: what must be accepted and what rejected, and rehearsals of all of it."""
