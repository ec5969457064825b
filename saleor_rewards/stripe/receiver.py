"""Takes Stripe's events in: checks, keeps, answers. The work is done afterwards."""

from __future__ import annotations

import json
from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from ..guard import guarded
from ..identity import digest
from ..jobs import enqueue
from ..models import StripeEvent, StripeEventState
from .documents import Malformed, Told, dump, read
from .settings import StripeSettings

#: Far more than Stripe sends.
MOST_BYTES = 256 * 1024
SECONDS_OLD = 300

OTHER_MODE = "It is of the mode, test or live, that the settings leave out."


class Refused(Exception):
    """A request that is not taken; ``status`` and text are the answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def receive(request: HttpRequest, settings: StripeSettings) -> HttpResponse:
    """Answer one request of Stripe's: 200 once its event is kept, 4xx to all else."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    # Stripe sends what was not taken again for days.
    later = _answer(503, "Try again later.")
    take = partial(_take, request, settings)
    return guarded("REWARDS_STRIPE_RECEIVE", later, take)


def _take(request: HttpRequest, settings: StripeSettings) -> HttpResponse:
    try:
        told = _told(request, settings)
    except Refused as refused:
        return _answer(refused.status, str(refused))
    _keep(told, settings)
    return _answer(200, "Received.")


def _told(request: HttpRequest, settings: StripeSettings) -> Told:
    if not settings.secrets:
        raise Refused(404, "Stripe is not set up here.")
    if request.content_type != "application/json":
        raise Refused(415, "Send JSON.")
    body = _body(request)
    if not is_signed(body, request.META.get("HTTP_STRIPE_SIGNATURE", ""), settings):
        raise Refused(400, "The signature does not hold.")
    try:
        return read(json.loads(body))
    except Malformed as malformed:
        raise Refused(400, f"This is no event of Stripe's: {malformed}.") from None
    except (ValueError, RecursionError):
        raise Refused(400, "This is no JSON.") from None


def _body(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    body = b""
    if not length.isdigit() or int(length) <= MOST_BYTES:
        # Not every server says beforehand how long it is.
        body = request.read(MOST_BYTES + 1)
        if len(body) <= MOST_BYTES:
            return body
    raise Refused(413, "Too large.")


def is_signed(body: bytes, header: str, settings: StripeSettings) -> bool:
    """Return whether Stripe signed a body with one of our secrets, and just now."""
    # It takes long to import, and few processes need it.
    from stripe.error import SignatureVerificationError
    from stripe.webhook import WebhookSignature

    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    if not header.isascii():
        # Comparing it in constant time would raise.
        return False
    for secret in settings.secrets:
        try:
            return bool(
                WebhookSignature.verify_header(text, header, secret, SECONDS_OLD)
            )
        except SignatureVerificationError:
            continue
    return False


def _keep(told: Told, settings: StripeSettings) -> None:
    document = {} if told.thing is None else dump(told.thing)
    is_wanted = settings.wants(told.is_live)
    if told.fingerprint and is_wanted:
        document["card"] = digest("card", told.fingerprint)
    is_work = told.thing is not None and is_wanted
    received, is_new = StripeEvent.objects.get_or_create(
        event_id=told.event_id,
        defaults={
            "kind": told.kind,
            "is_live": told.is_live,
            "created_at": told.created_at,
            "received_at": timezone.now(),
            "document": document,
            "state": StripeEventState.RECEIVED if is_work else StripeEventState.IGNORED,
            "message": "" if is_wanted else OTHER_MODE,
        },
    )
    if is_new and is_work:
        # Where no worker can be told, the periodic task finds the event.
        enqueue("work_off_stripe_event", received.pk, fault="REWARDS_STRIPE_QUEUE")


def _answer(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
