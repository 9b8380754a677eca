"""The work inside the stages of a rewriter: stories, fits, rewritten texts, and what they show."""
