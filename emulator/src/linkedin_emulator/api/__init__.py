"""LinkedIn's endpoints behind one gate."""
