"""Pictures of chains: one set of colours, lines over generations, and forest plots."""
