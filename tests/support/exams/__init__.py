"""Exams of the tests."""
