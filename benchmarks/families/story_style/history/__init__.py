"""The authors' evaluation files in the public history of their repository: leads, no tables."""
