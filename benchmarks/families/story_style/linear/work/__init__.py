"""What the linear study does, stage by stage: stories as directions, then fits and probes."""
