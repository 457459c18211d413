"""NumPy and PyTorch, which tests import from here: None where they are not installed. They load when they are asked for."""

import importlib
import importlib.util
import unittest

needs_numpy = unittest.skipUnless(importlib.util.find_spec("numpy"), "NumPy is not installed (python3-numpy)")
needs_torch = unittest.skipUnless(importlib.util.find_spec("torch"), "PyTorch is not installed (python3-torch)")


def __getattr__(name):
    if name not in ("numpy", "torch"):
        raise AttributeError(name)
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
