"""The code location: assembles, decides nothing."""

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """All assets, jobs and schedules of one connection."""
    from hsqbo_pipeline.defs.assemble import assemble

    return assemble()
