"""What a run would do, without doing it: which stages are found, what the others cost."""
