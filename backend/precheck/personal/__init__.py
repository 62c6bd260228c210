"""Personal data and secrets in what people send: found with offsets, masked, and put back into answers."""
