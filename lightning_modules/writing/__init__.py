"""Models that write documents."""
