"""The paper's own experiment: T5-base on its released English stories."""
