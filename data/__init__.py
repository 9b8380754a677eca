"""Text in, text out: corpora, tokens, the edit rule, workflows, statistics; no training."""
