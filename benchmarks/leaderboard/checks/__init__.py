"""Whether a submitted record can be true."""
