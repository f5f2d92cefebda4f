"""`hsqbo doctor`: everything that would stop or spoil a run, found by reading alone, each with its consequence and fix."""

from hsqbo_pipeline.runs.doctor.examine import Examination, doctor, examine

__all__ = ["Examination", "doctor", "examine"]
