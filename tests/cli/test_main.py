"""Verbs, exit codes, and what is said when a command ends early."""

import os
import signal
import subprocess
import sys
import threading
from importlib.metadata import version
from pathlib import Path

import pytest

from convlab.cli import HELP, plugins
from convlab.errors import ConfigError, DataError, UnknownPluginError

from .conftest import Command
