"""Preference pairs from exams: questions with a right option, pairs of options, and their split."""
