"""Accuracy on downstream tasks by lm-eval; text that is evaluated is never trained on."""
