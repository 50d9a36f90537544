"""Time, services, and the world outside the loop. Nothing here records."""
