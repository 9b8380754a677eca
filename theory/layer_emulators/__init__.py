"""Layer emulators: what CKA sees, which layers to drop, what plugging in promises (2310.15477)."""
