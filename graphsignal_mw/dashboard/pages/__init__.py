"""One page a file: each reads its URL, asks the store and fills a template."""
