"""Normal forms of e-mail addresses that lead to one mailbox.

No mail is ever sent to what comes out here; it is only compared.
"""

from __future__ import annotations

import re
import unicodedata

#: No longer address can be delivered to.
MOST_LENGTH = 254

#: Providers that deliver one mailbox under several names, by the name used here.
#: Names under which a provider gives different people the same address are apart.
SAME_PROVIDER = {
    "googlemail.com": "gmail.com",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
    "protonmail.com": "proton.me",
    "protonmail.ch": "proton.me",
    "pm.me": "proton.me",
    "ya.ru": "yandex.ru",
    "yandex.by": "yandex.ru",
    "yandex.com": "yandex.ru",
    "yandex.com.tr": "yandex.ru",
    "yandex.kz": "yandex.ru",
    "yandex.ua": "yandex.ru",
}
#: Letters that a provider does not look at, by provider.
IGNORED = {"gmail.com": ".", "proton.me": "._-"}
#: Letters that a provider takes for another, by provider.
TAKEN_FOR = {"yandex.ru": (".", "-")}
#: What ends the name that all disposable addresses of one mailbox begin with. It is
#: not the mailbox's own name, so the letter stays.
BASE_MARKS = {"yahoo": "-", "ymail": "-", "rocketmail": "-"}
#: A name in quotes, and one that needs none: quotes are not a part of the name.
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
PLAIN = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+")
#: Providers that also take a tag for the part before the domain.
TAGGED_DOMAINS = ("fastmail.com", "fastmail.fm")


def normal_email(text: str) -> str:
    """Return one spelling for an e-mail address, empty where it is none.

    What follows a plus sign is a tag everywhere: providers without tags do not give
    out addresses with a plus sign. Of an address that is none but for its tag, such as
    "+shop@example.com", nothing is left.

    >>> normal_email("Anna.Nowak+shop@GoogleMail.com"), normal_email('"anna"@wp.pl')
    ('annanowak@gmail.com', 'anna@wp.pl')
    >>> normal_email("anna.nowak@example.com"), normal_email("anna")
    ('anna.nowak@example.com', '')
    """
    if len(text) > MOST_LENGTH:
        return ""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    local, _, host = plain.rpartition("@")
    domain = _domain(host)
    local, domain = _without_tag(_unquoted(local), domain)
    domain = SAME_PROVIDER.get(domain, domain)
    for letter in IGNORED.get(domain, ""):
        local = local.replace(letter, "")
    if domain in TAKEN_FOR:
        local = local.replace(*TAKEN_FOR[domain])
    return f"{local}@{domain}" if local and domain else ""


def _unquoted(local: str) -> str:
    quoted = QUOTED.fullmatch(local)
    name = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else ""
    return name if PLAIN.fullmatch(name) else local


def _domain(host: str) -> str:
    try:
        return host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def _without_tag(local: str, domain: str) -> tuple[str, str]:
    for provider in TAGGED_DOMAINS:
        name = domain[: -len(provider) - 1]
        if domain.endswith(f".{provider}") and "." not in name:
            # anything@anna.fastmail.com is a tag of anna@fastmail.com.
            local, domain = name, provider
    name = local.split("+")[0]
    mark = BASE_MARKS.get(domain.split(".")[0])
    base = name.split(mark)[0] if mark else name
    return (f"{base}{mark}" if base and base != name else base), domain
