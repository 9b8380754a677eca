"""What every family needs to run: stages with addresses, records, surroundings, processes."""
