"""What runs inside the stages of a chain; nothing here knows what a chain is."""
