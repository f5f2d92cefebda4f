"""`python -m hsqbo_pipeline` is `hsqbo`."""

from hsqbo_pipeline.cli import main

main()
