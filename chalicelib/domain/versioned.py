"""What is written over a version that was read."""


class Versioned:
    """A change that holds only on the version that its decision read.

    Where it does not hold somebody else wrote first, and the decision is made again (`domain.rounds`).
    """

    __slots__ = ()
