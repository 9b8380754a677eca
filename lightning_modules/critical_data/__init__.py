"""Many independent models of one layer in one step, for the family on critical data sizes."""
