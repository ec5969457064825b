"""Lets no price outlive the goods that it was for while an order is being placed.

Saleor writes the lines of a checkout first and lets its prices expire later. In between
an order that is on its way would take more goods at the price of fewer. So whatever
adds goods to a checkout whose order is on its way lets the prices expire with them.
"""

from django.db import migrations

from saleor_rewards.host.capabilities import capabilities

PRICES = "0050_auto_20220713_1057"

EXPIRE = """
CREATE FUNCTION saleor_rewards_expire_pledged_prices() RETURNS trigger AS $$
BEGIN
    -- Saleor goes on without our tables.
    IF to_regclass('saleor_rewards_pledge') IS NULL THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT 1 FROM saleor_rewards_pledge
        WHERE checkout_token = NEW.checkout_id::text AND order_pk IS NULL
    ) THEN
        UPDATE checkout_checkout SET price_expiration = now()
        WHERE token = NEW.checkout_id AND price_expiration > now();
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER saleor_rewards_pledged_line_added
AFTER INSERT ON checkout_checkoutline
FOR EACH ROW EXECUTE PROCEDURE saleor_rewards_expire_pledged_prices();

CREATE TRIGGER saleor_rewards_pledged_line_grows
AFTER UPDATE ON checkout_checkoutline
FOR EACH ROW WHEN (NEW.quantity > OLD.quantity)
EXECUTE PROCEDURE saleor_rewards_expire_pledged_prices();
"""

LEAVE = """
DROP TRIGGER IF EXISTS saleor_rewards_pledged_line_grows ON checkout_checkoutline;
DROP TRIGGER IF EXISTS saleor_rewards_pledged_line_added ON checkout_checkoutline;
DROP FUNCTION IF EXISTS saleor_rewards_expire_pledged_prices();
"""


def expire(apps, schema_editor):
    if capabilities.stored_discounts:
        # None of it is a parameter; a percent sign stays one.
        schema_editor.execute(EXPIRE, params=None)


def leave(apps, schema_editor):
    if capabilities.stored_discounts:
        schema_editor.execute(LEAVE, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_rewards", "0003_line_discounts_fit"),
        # What lets prices expire, on a Saleor that stores them.
        *([("checkout", PRICES)] if capabilities.stored_discounts else []),
    ]

    operations = [migrations.RunPython(expire, leave)]
