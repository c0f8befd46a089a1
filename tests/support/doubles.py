"""Subclasses of builtins that an encoder must see through: what they hold is JSON, what they say is not."""


class Text(str):
    __slots__ = ()

    def __str__(self):
        return "not JSON"


class Whole(int):
    def __repr__(self):
        return "not JSON"

    def __index__(self):
        return -1

    __int__ = __pos__ = __index__


class Celsius(float):
    def __repr__(self):
        return "not JSON"

    def __float__(self):
        return -1.0

    __pos__ = __float__


class Mapping(dict):
    def items(self):
        return [(key.upper(), item) for key, item in super().items()]


class Sequence(list):
    def __iter__(self):
        return reversed([*super().__iter__()])
