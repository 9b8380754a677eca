"""What runs leave on the disk: where it lies, how others can open it, what can be removed."""
