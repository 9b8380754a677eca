"""The work inside the stages of instructions: drawn, written, scored, answered, chosen, tested."""
