"""What runs inside the stages of tuning by emulators."""
