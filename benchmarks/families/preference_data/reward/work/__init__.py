"""What runs inside the stages of a study of reward heads."""
