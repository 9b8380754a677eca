"""What is worth running on a GPU that is had for minutes: equal, fast, telling."""
