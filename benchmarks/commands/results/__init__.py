"""Commands about what runs made: whether it reproduces, where it lies, how others take it."""
