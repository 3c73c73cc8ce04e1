"""What the service does by itself: clocks that run out, and what is sent to others."""
