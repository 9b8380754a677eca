"""What the literature proved about chains of simple models, as claims that can be refuted."""
