"""The static portal: pure views and pages, immutable trees of files, and the one writer of releases."""
