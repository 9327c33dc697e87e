"""Ray, Dask and Spark send functions to other processes, with the modules that they use."""

import pickle

import graphsignal_mw


def test_the_package_is_pickled_by_its_name():
    """Cloudpickle asks a module of an own class as it asks any object."""
    assert pickle.loads(pickle.dumps(graphsignal_mw)) is graphsignal_mw
