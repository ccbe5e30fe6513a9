"""Seeded synthetic job folders: invented people for demos, tests and benchmarks.  May import base and order.

The same arguments give the same bytes on every machine: random bits come from PCG64 streams named
after what they decide, and are turned into choices by integer arithmetic only (see ``draw``).
"""

from kouki_print.sample.folder import known_presets, write_sample, write_shipped_sample

__all__ = ["known_presets", "write_sample", "write_shipped_sample"]
