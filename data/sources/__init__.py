"""Where text, models and questions come from: packages, pinned by content."""
