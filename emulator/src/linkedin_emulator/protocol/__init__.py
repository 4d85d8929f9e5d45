"""What the wire knows: encoding, names, parameters, pages, errors. Pure."""
