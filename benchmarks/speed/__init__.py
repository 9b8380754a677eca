"""How fast it is, and whether it is the same again."""
