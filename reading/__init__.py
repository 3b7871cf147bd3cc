"""What is on a page, as pure functions of its bytes and its address: nothing here connects or writes."""
