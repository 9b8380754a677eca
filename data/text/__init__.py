"""Documents, files of text and their tokens."""
