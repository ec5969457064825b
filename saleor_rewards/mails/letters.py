"""Mails to one person: how they speak, and what all of them have in common."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Iterator, Mapping

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django.conf import settings
from django.contrib.sites.models import Site
from django.template.loader import render_to_string
from django.utils.translation import (
    get_supported_language_variant,
    gettext,
    override,
    to_locale,
)

from ..host.port import Notice, Person


@dataclass(frozen=True)
class Letter:
    """What a mail says, in the language that is active while it is written.

    ``event`` names it for apps, ``template`` is without its ending, ``texts`` are the
    template's variables, a ``subject`` among them, and ``payload`` is the same as
    data.
    """

    event: str
    template: str
    texts: Mapping[str, Any]
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Tongue:
    """A person's language, and how it writes numbers and dates."""

    person: Person
    language: str
    locale: Locale
    shop: str

    def number(self, number: int) -> str:
        """Return a whole number as the language writes it."""
        return str(format_decimal(number, locale=self.locale))

    def money(self, amount: Decimal, currency: str) -> str:
        """Return an amount with as many decimals as its currency has."""
        return str(format_currency(amount, currency, locale=self.locale))

    def date(self, day: date) -> str:
        """Return a day with its month in words."""
        return str(format_date(day, format="long", locale=self.locale))

    def notice(self, letter: Letter) -> Notice:
        """Return the letter as a mail to the person."""
        texts = {
            "language": self.language,
            "shop": self.shop,
            "footer": gettext("You get this e-mail as a member of %(shop)s.")
            % {"shop": self.shop},
            **letter.texts,
        }
        return Notice(
            event=letter.event,
            recipient=self.person.email,
            subject=str(texts["subject"]),
            text=render_to_string(f"{letter.template}.txt", texts),
            html=render_to_string(f"{letter.template}.html", texts),
            payload={
                "user_id": self.person.pk,
                "language_code": self.language,
                "site_name": self.shop,
                **letter.payload,
            },
        )


@contextmanager
def tongue_of(person: Person) -> Iterator[Tongue]:
    """Open a block in which the person's language is spoken."""
    language = _supported(person.language)
    with override(language):
        shop = Site.objects.get_current().name
        yield Tongue(person, language, _locale(language), shop)


def _supported(language: str) -> str:
    try:
        return str(get_supported_language_variant(language or settings.LANGUAGE_CODE))
    except LookupError:
        return str(settings.LANGUAGE_CODE)


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")
