"""Lets no discount of ours outlive the quantity that it was for.

Saleor computes with our rows before it asks us again: a line of which a shopper
takes one off would be worth less than nothing for that moment, and Saleor would take
the delivery method off the checkout, as none is for so little.
"""

from django.db import migrations

from saleor_rewards.host.capabilities import capabilities

ROWS = "0044_auto_20230421_1018"

FIT = """
CREATE FUNCTION saleor_rewards_fit_line_discounts() RETURNS trigger AS $$
BEGIN
    IF NEW.quantity < OLD.quantity THEN
        DELETE FROM discount_checkoutlinediscount
        WHERE line_id = NEW.id
            AND type = 'order_promotion'
            AND (reason = 'Rewards' OR reason LIKE 'Rewards: %');
    END IF;
    RETURN NULL;
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER saleor_rewards_line_discounts_fit
AFTER UPDATE ON checkout_checkoutline
FOR EACH ROW EXECUTE PROCEDURE saleor_rewards_fit_line_discounts();
"""

UNFIT = """
DROP TRIGGER IF EXISTS saleor_rewards_line_discounts_fit ON checkout_checkoutline;
DROP FUNCTION IF EXISTS saleor_rewards_fit_line_discounts();
"""


def fit(apps, schema_editor):
    if capabilities.stored_discounts:
        # None of it is a parameter; a percent sign stays one.
        schema_editor.execute(FIT, params=None)


def unfit(apps, schema_editor):
    if capabilities.stored_discounts:
        schema_editor.execute(UNFIT, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_rewards", "0002_agreements"),
        # What makes the rows, on a Saleor that has them.
        *([("discount", ROWS)] if capabilities.stored_discounts else []),
    ]

    operations = [migrations.RunPython(fit, unfit)]
