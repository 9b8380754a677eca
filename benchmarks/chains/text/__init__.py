"""Text that chains read: human text, text of another model, and what a judge finds in it."""
