"""The databases of the demo: Saleor's sample shop, kept, and a fresh copy a run."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Iterator

from tools.databases import drop_leftovers, template
from tools.hosts import Host
from tools.locking import alone
from tools.paths import BUILD, LOGS, ROOT
from tools.report import ToolError, say
from tools.server import Server

HERE = Path(__file__).resolve().parent
DEMO = BUILD / "demo"
MIGRATIONS = ROOT / "saleor_rewards" / "migrations"
#: Lines of Saleor's own command that are worth telling.
STAGES = ("Created warehouses", "Created products", "Order: #10", "Order: #20")


def environ(host: Host, url: str, media: Path, plugin: bool = True) -> dict[str, str]:
    """Return the environment of a program on Saleor's Python with our settings.

    Saleor 3 finds the plugin by itself wherever it is installed; on Saleor 2 it stands
    in the settings.
    """
    path = [*(host.rewards_path if plugin else []), str(ROOT), *host.saleor_path]
    given = host.saleor_environ(url)
    # Saleor starts several times faster with its modules compiled.
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **given,
        "PYTHONPYCACHEPREFIX": str(BUILD / "pycache"),
        "PYTHONPATH": os.pathsep.join(path),
        "DJANGO_SETTINGS_MODULE": settings_of(host, plugin),
        "DEMO_MEDIA_ROOT": str(media),
        "SECRET_KEY": secrets.token_hex(32),
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
    }


def settings_of(host: Host, plugin: bool) -> str:
    if host.series == "2" and not plugin:
        return "demo.settings_saleor2_plain"
    return f"demo.settings_saleor{host.series}"


def key_of(*parts: object) -> str:
    """Return a short name for what the parts, or the files they name, hold."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(
            part.read_bytes() if isinstance(part, Path) else str(part).encode()
        )
    return digest.hexdigest()[:8]


@contextlib.contextmanager
def fresh(server: Server, host: Host) -> Iterator[tuple[str, Path]]:
    """Give the URL of a fresh copy of the shop, and the folder with its pictures.

    The copy is dropped at the end. What it is copied from is made on first use and
    for every change of Saleor, of how it is filled or of our migrations.
    """
    with alone(DEMO / "sample.lock", "the sample shop"):
        sample, media = sample_shop(server, host)
        migrated = with_our_tables(server, host, sample, media)
    drop_leftovers(server)
    name = f"rewards_run_{os.getpid()}_demo"
    server.create(name, template=migrated)
    try:
        yield server.url(name), media
    finally:
        server.drop(name)


def sample_shop(server: Server, host: Host) -> tuple[str, Path]:
    """Return the database and the pictures of the filled shop, made if need be."""
    # The pictures lie here, their names in that server's database.
    key = key_of(host.key, HERE / "populate.py", server.address)
    name = f"rewards_sample_{key}"
    media = DEMO / f"media-{host.key}-{key}"
    if name in server.databases() and media.is_dir():
        return name, media
    empty = template(server, host)
    say("Filling the shop with Saleor's own sample data (once, half a minute)")
    # Copies of an older one name pictures that are gone.
    drop_copies(server, name)
    for stale in DEMO.glob(f"media-{host.key}-*"):
        shutil.rmtree(stale)
    half = DEMO / f"media-{host.key}-unfinished"
    half.mkdir()
    make(server, name, empty, host, ["-m", "demo.populate"], half, plugin=False)
    half.rename(media)
    say("The sample shop is ready, and kept")
    return name, media


def with_our_tables(server: Server, host: Host, sample: str, media: Path) -> str:
    """Return the filled shop with the plugin's own tables, made if need be."""
    name = f"{sample}_{key_of(*sorted(MIGRATIONS.glob('0*.py')))}"
    if name not in server.databases():
        say("Adding the plugin's tables (once)")
        drop_copies(server, sample)
        command = ["-m", "django", "migrate", "saleor_rewards"]
        make(server, name, sample, host, command, media, plugin=True)
    return name


def drop_copies(server: Server, sample: str) -> None:
    for name in server.databases():
        if name.startswith(f"{sample}_"):
            server.drop(name)


def make(
    server: Server,
    name: str,
    source: str,
    host: Host,
    command: list[str],
    media: Path,
    plugin: bool,
) -> None:
    """Copy a database and run a program on the copy; name it when that is done.

    :raises ToolError: with the end of the program's log.
    """
    half = f"{name}_unfinished"
    server.drop(half)
    server.drop(name)
    server.create(half, template=source)
    given = environ(host, server.url(half), media, plugin)
    run([str(host.python), *command], given, LOGS / f"{name}.log")
    server.rename(half, name)


def run(command: list[str], given: dict[str, str], log: Path) -> None:
    """Run a program to its end, telling those of its lines that mark a stage."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with log.open("w") as sink, subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=sink, text=True, env=given
    ) as program:
        assert program.stdout is not None
        try:
            for line in program.stdout:
                sink.write(line)
                if line.startswith(STAGES):
                    say(f"  {line.strip()}")
        except KeyboardInterrupt:
            program.kill()
            raise
    if program.returncode != 0:
        tail = "\n".join(log.read_text().splitlines()[-12:])
        raise ToolError(f"The demo's shop cannot be made ({log}):\n{tail}")
