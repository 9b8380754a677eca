"""Files in, files out: `collapse edit`, `collapse replay` and `collapse synthesize`."""
