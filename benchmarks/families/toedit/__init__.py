"""ToEdit (Zhu et al., ICML 2025, arXiv 2412.14689): token editing against model collapse."""
