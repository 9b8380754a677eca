"""What runs inside the stages: solutions become programs, and filters are held to faulty ones."""
