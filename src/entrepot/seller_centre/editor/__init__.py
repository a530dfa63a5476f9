"""A listing while its seller writes it: what was typed, variants and pictures, what it still lacks, what it costs."""
