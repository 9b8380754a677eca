"""Recipes, the chain of generations, records, and what is drawn from them."""
