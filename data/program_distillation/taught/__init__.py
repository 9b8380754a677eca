"""What students are taught: problems solved by programs, in words, and by answers alone."""
