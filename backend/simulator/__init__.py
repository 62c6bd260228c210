"""A provider that is not real but behaves like one: a separate HTTP server for demos, tests and benchmarks.

It imports nothing from the rest of Fairlead and is reached over HTTP only.
"""
