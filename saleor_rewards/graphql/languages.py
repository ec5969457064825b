"""The language that a request wants its texts in, and how it asks for it."""

from __future__ import annotations

from typing import Any, ContextManager

import graphene
from django.conf import settings
from django.utils.translation import (
    get_language_from_request,
    get_supported_language_variant,
    override,
)

from ..host.capabilities import capabilities
from .base import LanguageCodeEnum


def message_field() -> graphene.String:
    """Return the field of a state in words, in the language that its reader wants.

    Its resolver finds that one by :func:`language_of`.
    """
    return graphene.String(
        required=True,
        language_code=graphene.Argument(
            LanguageCodeEnum,
            description="Language of the text. If not given: that of the checkout "
            "where it was chosen, else that of the Accept-Language header.",
        ),
        description="The state in words for the shopper.",
    )


def language_of(
    context: Any, asked: str | None = None, checkout_language: str | None = None
) -> str:
    """Return the language code to speak to this request in.

    The one that the field asks for comes first, then the checkout's if somebody
    chose it (Saleor gives every checkout its default language), then the header
    of the request.
    """
    if asked:
        return _supported(asked)
    if checkout_language and checkout_language != settings.LANGUAGE_CODE:
        return _supported(checkout_language)
    return get_language_from_request(context)


def checkout_language(checkout: Any) -> str | None:
    """Return the language of a checkout, ``None`` where Saleor keeps none."""
    return checkout.language_code if capabilities.languages else None


def in_language_of(checkout: Any, info: Any) -> ContextManager[None]:
    """Return a block that speaks the language chosen for the checkout."""
    chosen = checkout_language(checkout)
    return override(language_of(info.context, None, chosen))


def _supported(code: str) -> str:
    parts = code.split("-")
    for length in range(len(parts), 0, -1):
        # zh-hant-hk is closer to zh-hant than to zh, which would be zh-hans.
        try:
            return get_supported_language_variant("-".join(parts[:length]), strict=True)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
