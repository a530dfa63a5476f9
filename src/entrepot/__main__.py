"""`python -m entrepot` is the `entrepot` command."""

from entrepot.config.cli import main

main()
