"""What a code of the plugin's own vouchers looks like, as anybody could see."""

from __future__ import annotations

import re

PREFIX = "REWARDS-"
OURS = re.compile(PREFIX + "[0-9A-F]{16}")
