"""What the use cases do, told through HTTP on both databases."""
