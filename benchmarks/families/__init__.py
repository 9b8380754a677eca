"""One folder per paper, and the catalogue that lists them."""
