"""A chain of models whose text is edited by a prior, or by an emulator of it."""
