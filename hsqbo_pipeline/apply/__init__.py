"""Writing: waves, batches, bisection, and a look-up before anything is sent again."""
