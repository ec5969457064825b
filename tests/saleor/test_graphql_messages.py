"""Offers speak to shoppers in their language."""

from __future__ import annotations

import io
from decimal import Decimal
from gettext import GNUTranslations
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.test import RequestFactory

import saleor_rewards
from saleor_rewards.engine import (
    BenefitType,
    Lane,
    Offer,
    OfferCode,
    OfferState,
)
from saleor_rewards.graphql.languages import language_of
from saleor_rewards.graphql.messages import offer_message

from .limits import needs
from .world import Shop, Shopper

PACKAGE = Path(saleor_rewards.__file__).parent
LANGUAGES = ("zh_Hans", "zh_Hant")


def offer(code: OfferCode, **fields: Any) -> Offer:
    """Return an offer of a ladder, or of what the fields say."""
    values = {
        "rule_id": 5,
        "rule_version": 1,
        "name": "Spring",
        "lane": Lane.ORDER,
        "benefit_type": BenefitType.LADDER,
        "state": OfferState.BLOCKED,
        "code": code,
        **fields,
    }
    return Offer(**values)


FREE = {"lane": Lane.SHIPPING, "benefit_type": BenefitType.FREE_SHIPPING}
POINTS = {"lane": Lane.POINTS, "benefit_type": BenefitType.POINTS_PER_AMOUNT}
CHEAP = {"lane": Lane.SHIPPING, "benefit_type": BenefitType.SHIPPING_PERCENT_OFF}


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (offer(OfferCode.APPLIED, amount=500), "You save $5.00."),
        (
            offer(
                OfferCode.NEXT_STEP,
                amount=500,
                gap_amount=720,
                next_percent=Decimal("7.5"),
            ),
            "You save $5.00. Add $7.20 more for 7.5% off.",
        ),
        (
            offer(OfferCode.MINIMUM_SUBTOTAL, gap_amount=720, next_amount=2000),
            "Add $7.20 more for $20.00 off.",
        ),
        (
            offer(OfferCode.MINIMUM_SUBTOTAL, gap_amount=720, **FREE),
            "Add $7.20 more for free shipping.",
        ),
        (
            offer(
                OfferCode.MINIMUM_QUANTITY,
                gap_quantity=1,
                next_percent=Decimal(50),
                **CHEAP,
            ),
            "Add 1 more item for 50% off the shipping.",
        ),
        (
            offer(OfferCode.MINIMUM_QUANTITY, gap_quantity=2),
            "Add 2 more items for Spring.",
        ),
        (
            offer(OfferCode.APPLIED, amount=1000, **FREE),
            "Free shipping: you save $10.00.",
        ),
        (
            offer(OfferCode.APPLIED, amount=500, **CHEAP),
            "Cheaper shipping: you save $5.00.",
        ),
        (
            offer(OfferCode.AWAITING_DELIVERY_METHOD, **FREE),
            "Shipping is free: choose how to have it delivered.",
        ),
        (offer(OfferCode.ENDED), "This offer has ended."),
        (offer(OfferCode.APPLIED, points=1, **POINTS), "You earn 1 point."),
        (offer(OfferCode.APPLIED, points=1250, **POINTS), "You earn 1,250 points."),
        (
            offer(
                OfferCode.MINIMUM_SUBTOTAL, gap_amount=720, next_points=120, **POINTS
            ),
            "Add $7.20 more for 120 points.",
        ),
        (
            offer(OfferCode.MINIMUM_QUANTITY, gap_quantity=2, next_points=1, **POINTS),
            "Add 2 more items for 1 point.",
        ),
        (
            offer(OfferCode.MINIMUM_SUBTOTAL, gap_amount=720, next_points=0, **POINTS),
            "Add $7.20 more for Spring.",
        ),
        (offer(OfferCode.BEATEN, **POINTS), "Another offer gives you more points."),
        (
            offer(OfferCode.APPLIED, points=20, step_amount=1000, **POINTS),
            "You earn 20 points. Points are given for each full $10.00.",
        ),
        (
            offer(OfferCode.APPLIED, step_amount=1000, **POINTS),
            "Points are given for each full $10.00.",
        ),
        (
            offer(OfferCode.APPLIED, **POINTS),
            "This offer counts, but gives no points for this cart yet.",
        ),
        (
            offer(OfferCode.APPLIED, **FREE),
            "This offer counts, and your shipping costs nothing anyway.",
        ),
        (
            offer(OfferCode.APPLIED),
            "This offer counts, but there is nothing to take off yet.",
        ),
        (
            offer(OfferCode.NEXT_STEP, gap_amount=720, next_percent=Decimal(5)),
            "Add $7.20 more for 5% off.",
        ),
    ],
)
def test_an_offer_says_in_english_what_it_gives_or_lacks(
    found: Offer, text: str
) -> None:
    assert offer_message(found, "USD", "en") == text


def test_amounts_are_written_as_the_language_and_the_currency_want() -> None:
    # given
    found = offer(OfferCode.MINIMUM_SUBTOTAL, gap_amount=1250, **FREE)

    # then
    assert offer_message(found, "JPY", "en") == "Add ¥1,250 more for free shipping."
    assert offer_message(found, "USD", "zh-hans") == "再购 US$12.50 即享免运费。"
    assert offer_message(found, "USD", "zh-hant") == "再買 US$12.50 即享免運費。"
    earned = offer(OfferCode.APPLIED, points=1250, **POINTS)
    assert offer_message(earned, "USD", "zh-hans") == "您将获得 1,250 积分。"
    assert offer_message(earned, "USD", "zh-hant") == "您將獲得 1,250 點。"


@pytest.mark.parametrize("kind", [{}, POINTS, FREE, CHEAP])
@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_an_applied_offer_that_gives_nothing_says_so(
    kind: dict[str, Any], language: str
) -> None:
    # when
    text = offer_message(offer(OfferCode.APPLIED, **kind), "USD", language)

    # then
    assert text
    assert text.isascii() is (language == "en")


@pytest.mark.parametrize("code", OfferCode)
@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_every_code_has_a_text_in_every_language(
    code: OfferCode, language: str
) -> None:
    # when
    text = offer_message(offer(code, amount=500), "USD", language)

    # then
    assert text
    assert text.isascii() is (language == "en")


@pytest.mark.parametrize(
    ("header", "asked", "checkout", "language"),
    [
        (None, None, None, "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", None, None, "zh-hans"),
        ("zh-TW", None, None, "zh-hant"),
        ("zh-TW", None, "en", "zh-hant"),
        ("en-US", None, "zh-hans", "zh-hans"),
        ("en-US", None, "zh-hant-hk", "zh-hant"),
        ("en-US", "zh-hans", "zh-hant", "zh-hans"),
        ("no language at all", None, None, "en"),
        ("en", "nowhere", None, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_then_the_checkouts_then_the_headers(
    header: str | None, asked: str | None, checkout: str | None, language: str
) -> None:
    # given
    headers = {"HTTP_ACCEPT_LANGUAGE": header} if header else {}
    request = RequestFactory().post("/graphql/", **headers)

    # then
    assert language_of(request, asked, checkout) == language


@pytest.mark.django_db
def test_a_storefront_asks_for_a_language_of_its_own(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("50.00")
    cart = shopper.cart((shop.product("42.80"), 1))

    # when
    data = shopper.ask(
        "query($token: UUID!) { checkout(token: $token) { rewards { "
        "offers(states: [REACHABLE]) { message(languageCode: ZH_HANT) } "
        "none: offers(states: [APPLIED]) { name } } } }",
        token=cart.pk,
    )

    # then
    rewards = data["checkout"]["rewards"]
    assert [found["message"] for found in rewards["offers"]] == [
        "再買 US$7.20 即享免運費。"
    ]
    assert rewards["none"] == []


@needs("languages")
@pytest.mark.django_db
def test_the_checkouts_own_language_counts_more_than_the_browsers(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.free_shipping("50.00")
    cart = shopper.cart((shop.product("42.80"), 1))

    # when
    shopper.ask(
        "mutation($id: ID!) { checkoutLanguageCodeUpdate(id: $id, "
        "languageCode: ZH_HANS) { errors { field } } }",
        id=cart.id,
    )

    # then
    (found,) = shopper.look(cart).node["rewards"]["offers"]
    assert found["message"] == "再购 US$7.20 即享免运费。"


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_text_in_the_source_is_translated(locale: str) -> None:
    # given
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(str(PACKAGE), [("**.py", "python")], keywords=keywords)
    texts = {
        message[0] if isinstance(message, tuple) else message
        for _file, _line, message, *_rest in found
    }

    # when
    with (PACKAGE / "locale" / locale / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalog = read_po(file, locale=locale)
    translated = {
        message.id[0] if isinstance(message.id, tuple) else message.id
        for message in catalog
        if message.id and message.string and not message.fuzzy
    }

    # then
    assert translated == texts
    assert [list(errors) for _message, errors in catalog.check()] == []


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_compiled_texts_are_those_of_the_catalog(locale: str) -> None:
    # given
    folder = PACKAGE / "locale" / locale / "LC_MESSAGES"
    with (folder / "django.po").open("rb") as file:
        catalog = read_po(file, locale=locale)

    # when
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)

    # then
    with (folder / "django.mo").open("rb") as file:
        assert texts_of(file) == texts_of(compiled), (
            "run pybabel compile -D django -d saleor_rewards/locale"
        )


def texts_of(file: BinaryIO) -> dict[Any, str]:
    """Return all texts but the header, which names the tool that wrote it."""
    texts = dict(GNUTranslations(file)._catalog)
    del texts[""]
    return texts
