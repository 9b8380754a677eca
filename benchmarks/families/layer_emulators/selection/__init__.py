"""Which layers an emulator of a real model keeps: rules side by side, and what they rest on."""
