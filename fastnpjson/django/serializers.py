"""Django's serializer to JSON for NumPy data: ``SERIALIZATION_MODULES = {"json": "fastnpjson.django.serializers"}``."""

from __future__ import annotations

from typing import Any, Final

from django.core.serializers import json

from fastnpjson.django import JSONEncoder

__all__ = ["Deserializer", "Serializer"]

Deserializer: Final[Any] = json.Deserializer


class Serializer(json.Serializer):
    """A `django.core.serializers.json.Serializer` whose default for `cls` is `fastnpjson.django.JSONEncoder`."""

    def start_serialization(self) -> None:
        """Begin, by the options of the call."""
        self.options.setdefault("cls", JSONEncoder)
        super().start_serialization()
