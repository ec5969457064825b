"""Who comes to the shop in the journey."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shopper:
    """Somebody who buys; ``street`` is theirs alone, nearly all live in one city."""

    first_name: str
    last_name: str
    email: str
    street: str
    password: str = "password"
    city: str = "San Francisco"
    area: str = "CA"
    postal_code: str = "94105"
    country: str = "US"

    @property
    def credentials(self) -> dict[str, str]:
        return {"email": self.email, "password": self.password}

    @property
    def address(self) -> dict[str, str]:
        """The address as Saleor's ``AddressInput``."""
        return {
            "firstName": self.first_name,
            "lastName": self.last_name,
            "streetAddress1": self.street,
            "city": self.city,
            "countryArea": self.area,
            "postalCode": self.postal_code,
            "country": self.country,
        }


ADA = Shopper("Ada", "Morgan", "ada@example.com", "1 Market Street")
BEN = Shopper("Ben", "Okafor", "ben@example.com", "215 Fremont Street")
CLEO = Shopper("Cleo", "Lindqvist", "cleo@example.com", "390 Main Street")
#: Ada once more, under an address that leads to her own mailbox.
ADA_AGAIN = Shopper("A.", "Morgan", "ada+friend@example.com", "1 Market St.")
#: Buys in another currency, where the shop has one.
ZOFIA = Shopper(
    "Zofia",
    "Lis",
    "zofia@example.com",
    "ul. Prosta 20",
    city="Warszawa",
    area="",
    postal_code="00-850",
    country="PL",
)
