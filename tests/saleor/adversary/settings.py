"""The tests' settings for a Saleor that serves the adversary from its own process."""

from __future__ import annotations

import os
from importlib import import_module

_MAJOR = os.environ["REWARDS_SALEOR"].split(".")[0]
_host = import_module(f"tests.saleor.settings_saleor_{_MAJOR}")
globals().update({name: value for name, value in vars(_host).items() if name.isupper()})

PLUGINS = [*_host.PLUGINS, "tests.saleor.adversary.gateway.SlowGateway"]

# Many keep-alive connections share few of the server's that the tests share.
for _settings in _host.DATABASES.values():
    _settings["CONN_MAX_AGE"] = 0

# No merchant's shop forbids what Saleor's own tests do: `Checkout.problems`, which the
# storefront reads after each step, asks the writer for the shop's settings.
MIDDLEWARE = [path for path in _host.MIDDLEWARE if "restrict_writer" not in path]
