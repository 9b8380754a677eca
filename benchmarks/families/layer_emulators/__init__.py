"""Layer emulators: tuning a model without having all of it (CRaSh, arXiv 2310.15477)."""
