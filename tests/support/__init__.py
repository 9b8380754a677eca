"""What several test files share and cannot say as a fixture."""
