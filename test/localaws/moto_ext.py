"""What the local AWS of the end-to-end tests lacks for this library.

The rig's own moto_ext.py, renamed to rig.py beside this file, fails a deployment
that holds a resource type which it does not know, as AWS does. This file takes
its place: it teaches moto the types of the folder taught, and then starts the
rig.
"""
import os
import runpy

import taught.functions
import taught.network
import taught.stores  # noqa: F401

runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), "rig.py"), run_name="__main__")
