"""Everything that knows Lightning: training, scoring, sampling, token editing."""

import os

# cuBLAS is asked for sums in one order, which fits rely on, when its first product is computed, and
# that may be long before the first fit.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
