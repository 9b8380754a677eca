"""Processes that tests start, count, kill and wait for."""
