"""One module per study, one function per recipe; `benchmarks.recipes.catalogue` lists them."""
