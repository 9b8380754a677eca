"""Story author-style transfer (StoryTrans, arXiv 2208.13423)."""
