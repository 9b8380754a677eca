"""What becomes of chains, in a word, and how often such words are wrong."""
