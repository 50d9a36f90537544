"""What comes in from a platform and goes out to it, and what a class has not understood."""
