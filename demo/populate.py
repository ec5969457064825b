"""Fill the migrated database with Saleor's own sample shop."""

from __future__ import annotations

import os
import random

SEED = 4


def seed_lots(connection):
    """Make shops much alike: Saleor draws prices, sales and orders by lot."""
    from faker.generator import random as faker_random

    random.seed(SEED)
    faker_random.seed(SEED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")


def main():
    import django

    django.setup()
    import saleor
    from django.core.management import call_command
    from django.db import connection

    # The command opens its pictures relative to the folder that holds Saleor.
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(saleor.__file__))))
    seed_lots(connection)
    call_command("populatedb", createsuperuser=True)


if __name__ == "__main__":
    main()
