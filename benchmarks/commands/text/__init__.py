"""Commands about text of a user's own."""
