"""Where human text may be replaced: claims, what the linear theory foretold, and the words."""
