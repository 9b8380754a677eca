"""How much human text is enough: the share at which the excess of a chain is small enough."""
