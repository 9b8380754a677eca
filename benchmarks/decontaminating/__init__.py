"""Text of a user's own without what is evaluated: `collapse decontaminate`, and how far it sees."""
