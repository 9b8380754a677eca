"""Word problems whose solutions are programs: their sources, twins, faults and floors."""
