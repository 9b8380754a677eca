"""Programs and answers of a user's own, verified by executing them: `collapse verify`."""
