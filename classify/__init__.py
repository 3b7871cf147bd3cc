"""Which column an item belongs to, how sure that is, and why: rules first, later a learned model."""
