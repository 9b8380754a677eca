"""The search for cases that break a bound."""
