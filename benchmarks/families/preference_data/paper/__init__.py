"""The paper's own experiment: released reward models of 8B on the released pairs."""
