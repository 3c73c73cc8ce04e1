"""HTTP: it translates and decides nothing."""
