"""Templates of word problems from a package that is read and never run, as programs and words."""
