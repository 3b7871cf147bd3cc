"""A sample province: agency sites in real CMS shapes, served on loopback, to crawl without internet."""
