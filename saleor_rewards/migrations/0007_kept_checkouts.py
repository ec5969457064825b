"""Lets no checkout that stays beside its order be ordered again at the same price.

An app may keep a checkout when it makes an order of it. Another completion of it that
passed the gate before then waits for its row, and would take the same points and
offers. So they go with the first order, and prices are computed anew.
"""

from django.db import migrations, models

from saleor_rewards.host.capabilities import capabilities

ROWS = "0044_auto_20230421_1018"
PRICES = "0076_checkout_discount_expiration"
TOKEN = "0068_order_checkout_token"

TAKE = """
CREATE FUNCTION saleor_rewards_take_ordered_offers() RETURNS trigger AS $$
BEGIN
    -- Saleor goes on without our tables.
    IF to_regclass('saleor_rewards_pledge') IS NULL THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT 1 FROM saleor_rewards_pledge
        WHERE checkout_token = NEW.checkout_token
            AND order_pk IS NULL AND gate_count > 1
    ) THEN
        DELETE FROM discount_checkoutlinediscount
        WHERE type = 'order_promotion'
            AND (reason = 'Rewards' OR reason LIKE 'Rewards: %')
            AND line_id IN (
                SELECT id FROM checkout_checkoutline
                WHERE checkout_id = NEW.checkout_token::uuid
            );
        UPDATE checkout_checkout SET price_expiration = now()
        WHERE token = NEW.checkout_token::uuid AND price_expiration > now();
        UPDATE checkout_checkout
        SET voucher_code = NULL, discount_amount = 0, discount_name = NULL,
            translated_discount_name = NULL, discount_expiration = now()
        WHERE token = NEW.checkout_token::uuid
            AND voucher_code IN (SELECT code FROM saleor_rewards_ownedvoucher);
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

-- Saleor may read the rows until the order is whole.
CREATE CONSTRAINT TRIGGER saleor_rewards_checkout_ordered
AFTER INSERT ON order_order DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.checkout_token <> '')
EXECUTE PROCEDURE saleor_rewards_take_ordered_offers();
"""

LEAVE = """
DROP TRIGGER IF EXISTS saleor_rewards_checkout_ordered ON order_order;
DROP FUNCTION IF EXISTS saleor_rewards_take_ordered_offers();
"""


def take(apps, schema_editor):
    if capabilities.stored_discounts:
        # None of it is a parameter; a percent sign stays one.
        schema_editor.execute(TAKE, params=None)


def leave(apps, schema_editor):
    if capabilities.stored_discounts:
        schema_editor.execute(LEAVE, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_rewards", "0006_guests"),
        ("order", TOKEN),
        # What makes rows and lets prices expire, on a Saleor that stores them.
        *(
            [("discount", ROWS), ("checkout", PRICES)]
            if capabilities.stored_discounts
            else []
        ),
    ]

    operations = [
        migrations.AddField(
            model_name="pledge",
            name="gate_count",
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.RunPython(take, leave),
    ]
