"""Where the page's shoppers pay on Saleor 3: the server of a payment app.

The token of a payment app says that money has come, so no page ever holds it. A real
one would ask a bank first; this one says yes to whatever a cart costs.
"""

from __future__ import annotations

import json
import os
from decimal import Decimal

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from . import saleor3
from .client import Client, ShopError
from .process import ADDRESS

TOTAL = f"""
query Total($id: ID!) {{
  checkout(id: $id) {{
    rewards {{ savings {saleor3.MONEY} }} chargeStatus totalPrice {saleor3.GROSS}
  }}
}}"""


@csrf_exempt
@require_POST
def charge(request: HttpRequest) -> JsonResponse:
    """Charge what a shopper was shown for a cart, where that is what it costs."""
    asked = json.loads(request.body, parse_float=Decimal)
    token = os.environ["DEMO_TILL_TOKEN"]
    bank = Client(ADDRESS, int(request.META["SERVER_PORT"]), saleor3, token)
    try:
        cart = bank.ask(TOTAL, id=asked["id"])["checkout"]
        if cart is None:
            return _refusal("There is no such cart.")
        total = cart["totalPrice"]["gross"]
        if asked["amount"] != total["amount"]:
            return _refusal("The total has changed.", "OTHER_TOTAL")
        # Whoever tries once more because the order failed has paid already.
        if total["amount"] and cart["chargeStatus"] != "FULL":
            saleor3.pay(bank, bank, asked["id"], total)
    except ShopError as error:
        return _refusal(str(error))
    return JsonResponse({"errors": []})


def _refusal(message: str, code: str = "FAILED") -> JsonResponse:
    return JsonResponse({"errors": [{"message": message, "code": code}]})
