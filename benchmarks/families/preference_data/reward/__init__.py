"""Pairs from exams, reward heads beside their baselines, and decontamination measured."""
