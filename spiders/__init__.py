"""Which pages to fetch, politely and safely: the only room that opens a connection to a site."""
