"""Keeps how guests are judged, and what bounds what their addresses tell."""

from django.db import migrations, models

import saleor_rewards.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_rewards", "0005_switched_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="program",
            name="guests",
            field=models.CharField(
                choices=[
                    ("by_address", "By the e-mail address that they give"),
                    ("signed_in", "Not before they sign in to a confirmed account"),
                ],
                default="by_address",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="NetworkLimit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("network", models.CharField(max_length=64, unique=True)),
                (
                    "addresses",
                    saleor_rewards.models.fields.DocumentField(default=list),
                ),
                ("refused_at", models.DateTimeField(blank=True, null=True)),
                ("noted_at", models.DateTimeField(db_index=True)),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.CreateModel(
            name="TypedAddress",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("checkout_token", models.CharField(max_length=36, unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("is_told", models.BooleanField()),
                ("typed_at", models.DateTimeField()),
            ],
            options={"ordering": ("pk",)},
        ),
    ]
