"""Theory of the disentangling loss of story style transfer (StoryTrans, arXiv 2208.13423)."""
