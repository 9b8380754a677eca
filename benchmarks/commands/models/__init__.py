"""Commands about a model of a user's own."""
