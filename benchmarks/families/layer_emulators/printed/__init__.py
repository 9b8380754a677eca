"""What the printed numbers say by themselves: contrasts with errors, counts, and disagreements."""
