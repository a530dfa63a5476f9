"""The addresses, one module per subject; each endpoint translates in, calls down once, and translates out."""
