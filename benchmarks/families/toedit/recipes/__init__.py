"""One module per study, one function per recipe; `benchmarks.families.catalogue` lists them."""
