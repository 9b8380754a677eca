"""The pictures of the family, one module for each subject."""
