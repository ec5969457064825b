"""Fill the migrated database with Saleor's own sample shop."""

from __future__ import annotations

import os
import random

SEED = 4
SHOP_NAME = "Harbour Goods"


def seed_lots(connection):
    """Make shops much alike: Saleor draws prices, sales and orders by lot."""
    from faker.generator import random as faker_random

    random.seed(SEED)
    faker_random.seed(SEED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")


def settle(apps):
    """Give the shop its name, and no promotions of its own that start later."""
    apps.get_model("sites", "Site").objects.update(name=SHOP_NAME)
    # Saleor 3 plans some that take a part off every large order from the next day on:
    # the kept sample would be another shop then.
    if "promotion" in apps.all_models["discount"]:
        apps.get_model("discount", "Promotion").objects.filter(type="order").delete()


def main():
    import django

    django.setup()
    import saleor
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection

    # The command opens its pictures relative to the folder that holds Saleor.
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(saleor.__file__))))
    seed_lots(connection)
    call_command("populatedb", createsuperuser=True)
    settle(apps)


if __name__ == "__main__":
    main()
