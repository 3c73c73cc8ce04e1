"""The rules of the field: pure values and functions, standard library only, no clock and no I/O."""
