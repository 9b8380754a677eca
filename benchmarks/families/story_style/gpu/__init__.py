"""What of the family is worth doing on a GPU that is had for minutes."""
