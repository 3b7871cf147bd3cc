"""What can be done at the desk: one file an action."""
