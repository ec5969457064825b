"""Migrates the database that the settings name, and counts as it does.

Runs on Saleor's Python. Prints ``TOTAL n`` and then one line a migration.
"""

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def main():
    django.setup()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    print("TOTAL", len(plan), flush=True)
    call_command("migrate", interactive=False, verbosity=1)


main()
