"""What is decided without a database: what a listing may be, how a text is cleaned, how a feed's dirt is read."""
