"""Program-aided distillation: reasoning as programs that are run (PaD, arXiv 2305.13888)."""
