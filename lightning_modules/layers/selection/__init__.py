"""Which layers an emulator keeps: rules side by side, each with what it costs to ask."""
