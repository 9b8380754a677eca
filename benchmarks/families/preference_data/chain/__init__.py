"""Selection by a reward model in a chain of generations: the best of N samples is kept."""
