"""Claims of the literature, one module a subject, each with its cases and its routes."""
