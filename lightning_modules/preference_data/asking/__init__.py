"""What a language model answers where a few tokens are the answers, read in one pass."""
