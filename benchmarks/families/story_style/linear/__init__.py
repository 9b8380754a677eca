"""The disentangling loss on linear representations of real text, beside erasure in closed form."""
