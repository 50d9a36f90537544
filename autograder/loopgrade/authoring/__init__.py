"""One marked source in, nbgrader's source notebook and the student's notebook out."""
