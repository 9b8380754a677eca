"""Students of GSM8K's twins on a GPU: a pretrained model, its repairs, and its beams."""
