"""What things cost, measured: `python -m hsqbo_pipeline_tests.benchmarks`. No test depends on how fast a machine is."""
