"""Keeps when a rule was last switched on or off."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_rewards", "0004_pledged_lines"),
    ]

    operations = [
        migrations.AddField(
            model_name="rule",
            name="switched_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
