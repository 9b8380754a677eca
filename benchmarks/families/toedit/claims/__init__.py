"""What the paper claims, and what we say of its subject: claims, their margins and sentences."""
