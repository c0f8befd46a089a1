"""Subclasses of builtins that an encoder must see through: what they hold is JSON, what they say is not."""


class Text(str):
    __slots__ = ()


class Whole(int):
    def __repr__(self):
        return "not JSON"


class Celsius(float):
    def __repr__(self):
        return "not JSON"


class Mapping(dict):
    def items(self):
        return [(key.upper(), item) for key, item in super().items()]


class Sequence(list):
    def __iter__(self):
        return reversed([*super().__iter__()])
