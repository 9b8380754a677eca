"""Where rows may be edited: bands of |residual|, and what is written into the rows."""
