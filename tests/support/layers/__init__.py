"""Models whose layers are taken apart, and records of doing so."""
