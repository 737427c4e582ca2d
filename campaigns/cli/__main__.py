"""`python -m campaigns.cli` is `dialer`: by this an engine starts what serves beside it."""

from campaigns.cli.app import main

main()
