"""What went wrong, by name: a Run and the text of the answer in, the cause and its line out."""
