"""What the paper's printed tables say by themselves: averages, counts, errors, disagreements."""
