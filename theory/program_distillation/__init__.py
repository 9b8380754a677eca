"""What verification does to model-written programs: filters, rounds, and recursion, exactly."""
