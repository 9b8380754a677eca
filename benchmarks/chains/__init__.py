"""The chain of model generations: its loop, its recipe, its record, and what stages are made of."""
