"""The desk in a browser: editors look at what waits, decide, edit, take back."""
