"""How figures are typed in Arabic."""
