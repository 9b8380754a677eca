"""Whether a run reproduces what is on record: what is compared, the bands, the verdict in words."""
