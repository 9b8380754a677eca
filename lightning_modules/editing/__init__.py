"""Models that score and edit the tokens of documents."""
