"""What can be seen: on a narrow phone nothing is cut off, and text stands out."""

from __future__ import annotations

from typing import Iterator

from .merchant import PASSWORD, member
from .running import RunningDemo
from .storefront import Storefront

# Leaves out what is hidden on purpose, for the eye or altogether.
SHOWN = """
    const shown = (element) => element.checkVisibility({ checkOpacity: true }) &&
        !element.closest('.visually-hidden, .skip-link');
"""
BEYOND = (
    "() => {"
    + SHOWN
    + """
    const width = document.documentElement.clientWidth;
    return [...document.body.querySelectorAll('*')]
        .filter(shown)
        .filter((element) => {
            const { left, right } = element.getBoundingClientRect();
            return left < -0.5 || right > width + 0.5;
        })
        .map((element) => element.outerHTML.slice(0, 80));
}"""
)
CUT_OFF = (
    "() => {"
    + SHOWN
    + """
    return [...document.body.querySelectorAll('*')]
        .filter(shown)
        .filter((element) => getComputedStyle(element).overflowX !== 'visible')
        .filter((element) => element.scrollWidth > element.clientWidth + 1)
        .map((element) => element.outerHTML.slice(0, 80));
}"""
)
# Contrast as WCAG 2 reckons it, over the nearest background that is not clear.
PALE = (
    "() => {"
    + SHOWN
    + """
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = numbers(colour).map((value) => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        const [, , , alpha = 1] = numbers(colour);
        if (alpha > 0.5) return colour;
        return element.parentElement ? behind(element.parentElement) : 'rgb(255,255,255)';
    };
    const hasText = (element) =>
        [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    return [...document.body.querySelectorAll('*')]
        .filter((element) => shown(element) && hasText(element) && !element.disabled)
        .filter((element) => element.ariaDisabled !== 'true')
        .map((element) => {
            const one = light(getComputedStyle(element).color);
            const other = light(behind(element));
            const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            return [ratio, element.outerHTML.slice(0, 80)];
        })
        .filter(([ratio]) => ratio < 4.5);
}"""
)


def walk(shop: Storefront) -> Iterator[str]:
    """Go from view to view, from an empty cart to a placed order."""
    yield "empty"
    shop.fill_up_to(100)
    yield "products"
    shop.page.locator("#cart-link").click()
    shop.page.get_by_role("heading", name="Your cart").wait_for()
    yield "cart"
    shop.go_to_checkout()
    yield "address"
    shop.give_address()
    shop.choose_delivery()
    yield "delivery"
    shop.pay()
    yield "order"


def walk_of_a_member(shop: Storefront, email: str) -> Iterator[str]:
    """Sign in and spend points, then look at the account."""
    shop.page.locator("#account-link").click()
    shop.page.get_by_role("button", name="Create an account").wait_for()
    yield "sign in"
    shop.sign_in(email, PASSWORD)
    shop.fill_up_to(40)
    shop.page.locator("#cart-link").click()
    shop.slider().wait_for()
    yield "slider"
    shop.spend(1_000)
    yield "points spent"
    shop.page.locator("#account-link").click()
    shop.page.get_by_role("heading", name="History").wait_for()
    yield "account"


def walks(shop: Storefront, demo: RunningDemo) -> Iterator[str]:
    yield from walk(shop)
    yield from walk_of_a_member(shop, member(demo, points=12_345))


def test_on_a_phone_nothing_scrolls_sideways(
    phone: Storefront, demo: RunningDemo
) -> None:
    # when
    widths = {
        view: phone.page.evaluate("document.documentElement.scrollWidth")
        for view in walks(phone, demo)
    }

    # then
    assert set(widths.values()) == {360}, widths


def test_on_a_phone_nothing_is_cut_off(phone: Storefront, demo: RunningDemo) -> None:
    # when
    found = {
        view: phone.page.evaluate(BEYOND) + phone.page.evaluate(CUT_OFF)
        for view in walks(phone, demo)
    }

    # then
    assert len(found) == 10
    assert {view: cut for view, cut in found.items() if cut} == {}


def test_text_stands_out_from_what_is_behind_it(
    storefront: Storefront, demo: RunningDemo
) -> None:
    # when
    found = {view: storefront.page.evaluate(PALE) for view in walks(storefront, demo)}

    # then
    assert len(found) == 10
    assert {view: pale for view, pale in found.items() if pale} == {}


def test_everything_comes_from_the_shop_itself(storefront: Storefront) -> None:
    # given
    asked: list[str] = []
    storefront.page.on("request", lambda request: asked.append(request.url))

    # when
    storefront.page.reload()
    storefront.page.wait_for_load_state("networkidle")

    # then
    own = storefront.page.url.split("#")[0]
    assert asked
    assert [url for url in asked if not url.startswith(own)] == []


def test_every_product_shows_its_picture(storefront: Storefront) -> None:
    # when all of them have been scrolled to
    for image in storefront.page.locator(".tile img").all():
        image.scroll_into_view_if_needed()
    storefront.page.wait_for_load_state("networkidle")

    # then
    widths = storefront.page.evaluate(
        "[...document.querySelectorAll('.tile img')].map((image) => image.naturalWidth)"
    )
    assert widths
    assert all(widths)
