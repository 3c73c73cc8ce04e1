"""Published worked examples, and what checks them."""
