"""Models as folders or hub names: what is looked at before, while and after one is loaded."""
