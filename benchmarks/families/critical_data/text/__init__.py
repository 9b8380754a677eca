"""The text part: film snippets that encoders of one layer learn, and the paper's own runs."""
