"""The code location: assembles what `defs` holds, decides nothing."""

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Everything Dagster sees. Heavy libraries are imported by the assets that need them, when they run."""
    from hsqbo_pipeline.defs.assembled import assembled

    return assembled()
