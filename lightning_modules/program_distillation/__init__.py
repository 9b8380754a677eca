"""Training for program-aided distillation: an encoder with a decoder, until its loss stops."""
