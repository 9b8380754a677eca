"""Local lm-eval tasks: one YAML per evaluation set that comes inside a package."""
