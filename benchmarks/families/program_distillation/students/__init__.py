"""Students of the family: what each is taught, how it is trained, what it then writes and knows."""
