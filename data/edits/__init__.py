"""Edits that are counted: where they fall, what is written there, and what that changes."""
