"""What can be proved or computed about critical data sizes without a model (arXiv 2401.10463)."""
