"""How tests are shared out to workers: processes side by side, each with a laptop and a Chromium of its own."""

import re

import pytest
from xdist.scheduler import LoadScopeScheduling

# As a name, more tells nobody anything; and what is as long as that was mostly made anew, as certificates are.
_LONGEST_NAME = 300


def scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Give the tests of a file that want one engine to one worker, in the order in which they were collected."""
    config.option.loadscopereorder = False
    sharing = LoadScopeScheduling(config, log)
    sharing._split_scope = share
    return sharing


def share(nodeid: str) -> str:
    """Tests of the same answer go to the same worker."""
    path, _, name = nodeid.partition("::")
    return f"{path} on {engine_in(name)}"


def engine_in(name: str) -> str:
    """The engine that a test's name tells; one that tells none wants no laptop, or starts what it wants."""
    found = re.search(r"[\[-](moto|local)[\]-]", name)
    return found[1] if found else "none"


def turn(item: pytest.Item) -> int:
    """Put tests in an order that seldom changes the laptop (5 s of work each time), with the small files at its end.

    So the workers change it about together, and what is left to do when one of them is done first is little.
    """
    engine, toys = engine_in(item.name), "tests/local/" in item.path.as_posix()
    return [("local", False), ("local", True), ("moto", True), ("moto", False), ("none", True), ("none", False)].index(
        (engine, toys)
    )


def refuse_what_differs(item: pytest.Item) -> None:
    """Workers must collect the same tests: no name may be made of what each process makes anew."""
    if len(item.name) > _LONGEST_NAME:
        raise pytest.UsageError(f"{item.nodeid[:_LONGEST_NAME]}…: nobody named it so long by hand; give ids")


def refuse_sets(metafunc: pytest.Metafunc) -> None:
    """Nor may the order of tests be that of a set, which is another in each process."""
    for mark in metafunc.definition.iter_markers("parametrize"):
        values = mark.kwargs.get("argvalues", mark.args[1] if len(mark.args) > 1 else ())
        if isinstance(values, (set, frozenset)):
            pytest.fail(f"{metafunc.definition.nodeid}: parametrized over a set; sort it", pytrace=False)
