"""Names and objects: classes that record their own configuration, and catalogs of names.

Loading a configuration resolves names in closed catalogs and in what the caller hands over
(`custom_object_scope`, ``custom_objects=``); it never imports and never runs stored code.
"""

from jaxkeras.registry.catalog import Catalog, deserializer, revive
from jaxkeras.registry.configurable import Configurable
from jaxkeras.registry.custom_objects import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from jaxkeras.registry.keywords import (
    format_arguments,
    given_twice,
    keywords_of,
    no_argument,
    refuse_unknown,
    takes_legacy_keywords,
    teaches_keywords,
    warn_of_legacy_keywords,
)
from jaxkeras.registry.names import (
    clear_session,
    names_kept,
    snake_case,
    suggest,
    unique_name,
)
from jaxkeras.registry.serialization import deserialize, serialize

__all__ = [
    "Catalog",
    "Configurable",
    "clear_session",
    "custom_object_scope",
    "deserialize",
    "deserializer",
    "format_arguments",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "given_twice",
    "keywords_of",
    "names_kept",
    "no_argument",
    "refuse_unknown",
    "register_keras_serializable",
    "revive",
    "serialize",
    "snake_case",
    "suggest",
    "takes_legacy_keywords",
    "teaches_keywords",
    "unique_name",
    "warn_of_legacy_keywords",
]
