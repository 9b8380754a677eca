"""Bigram chains beside the theory of edited contexts: what is expected, and what they do."""
