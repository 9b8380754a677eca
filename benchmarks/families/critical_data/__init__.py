"""All that the suite holds of the paper on critical data sizes (arXiv 2401.10463)."""
