"""The only room with queries: tables, migrations, moves between states, the chained log, files by hash."""
