"""Everything that knows Lightning: training, scoring, sampling, token editing."""
