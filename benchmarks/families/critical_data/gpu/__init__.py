"""What decides the paper's own claims on a GPU: its sizes, statistics, rules, and what is equal."""
