"""What is measured of texts, and what is wrong with a corpus."""
