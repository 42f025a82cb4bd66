"""What a run is on disk: written so that no crash loses it, read without trusting it."""

from convlab.records.arrays_file import load_arrays, save_arrays
from convlab.records.atomic import write_atomically
from convlab.records.cell import canonical, cell_name
from convlab.records.checkpoint import Checkpoint, latest_checkpoint, save_checkpoint
from convlab.records.environment import environment
from convlab.records.metrics import MetricsFile
from convlab.records.run_directory import RunDirectory, find_runs
from convlab.records.safetensors_file import read_safetensors, to_safetensors

__all__ = [
    "Checkpoint",
    "MetricsFile",
    "RunDirectory",
    "canonical",
    "cell_name",
    "environment",
    "find_runs",
    "latest_checkpoint",
    "load_arrays",
    "read_safetensors",
    "save_arrays",
    "save_checkpoint",
    "to_safetensors",
    "write_atomically",
]
