"""Names and numbers that a study of reward heads, its work and its claims share."""

HEADS, PLANTED = "heads", "planted"
"""Arms: reward heads beside their baselines, and rules against planted copies."""
ARMS = (HEADS, PLANTED)
JUDGED, HALF = 10, 0.5
"""Answers of which the best and the majority are compared, as published, and the probability of a
right one under the policy by which claims are judged."""
