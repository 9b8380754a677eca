"""The paper's own runs: models that are in no package, eight tasks, and what they would cost."""
