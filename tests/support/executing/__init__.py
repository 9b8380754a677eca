"""Programs that mean harm, drawn by lot, and a watch over what they touch."""
