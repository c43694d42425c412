"""How somebody's code behaves in floats, whatever its formula is."""
