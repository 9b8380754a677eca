"""Emulators are tuned, put back, compared and mixed; the gate asks whether layers matter at all."""
