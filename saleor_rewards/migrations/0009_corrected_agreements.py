"""A price agreement says whether prices carried something else than was computed."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column that receipts have already."""

    dependencies = [("saleor_rewards", "0008_voucher_slots")]

    operations = [
        migrations.AddField(
            model_name="priceagreement",
            name="is_corrected",
            field=models.BooleanField(default=False),
        )
    ]
