"""PostgreSQL servers that come as Python packages, run from ``.build/``.

Several commands may use one at the same time; the last to leave stops it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any, Iterator
from urllib.parse import quote

from .environments import plain_environ
from .locking import alone
from .paths import BUILD
from .report import ToolError, say
from .server import Server

#: What needs no quoting, and leaves room for the socket's name on every system.
_SOCKET_FOLDER = re.compile(r"[\w/.+-]{1,85}")
#: From this version on PostgreSQL needs no locale of the system's.
_HAS_OWN_LOCALES = 17
_SETTINGS = {
    "listen_addresses": "",
    # A storm of the ledger has 200 people spend at once.
    "max_connections": "300",
    "shared_buffers": "256MB",
    # What is in here can be made again: a crash of the machine may lose it.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "2GB",
    "timezone": "UTC",
}
# Three migrations of Saleor 3 create the extension pgcrypto, which one of the packages
# lacks. All that Saleor uses of it, gen_random_uuid(), is in PostgreSQL's core
# since version 13, so an extension with nothing in it is enough.
_EMPTY_EXTENSION = {
    "pgcrypto.control": "default_version = '1.4'\nrelocatable = true\n",
    "pgcrypto--1.4.sql": "-- gen_random_uuid() is in PostgreSQL's core.\n",
}


class Embedded:
    """A server of this work tree: where it lies and who it runs as.

    :param programs: the folder with ``initdb``, ``postgres`` and their like.
    """

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.user = _unprivileged_user()
        self.home = BUILD / "postgres"
        self.log = self.home / "log"
        if not self._user_may_enter(self.programs):
            self._move_out()
        self.major = major = major_of(self._run("postgres", "--version"))
        self.data = self.home / f"data-{major}"
        self.extensions = self.home / f"extensions-{major}"
        self.log = self.home / f"log-{major}"
        self.sockets = self.home / f"socket-{major}"
        if not _SOCKET_FOLDER.fullmatch(str(self.sockets)):
            self.sockets = Path(tempfile.gettempdir()) / f"rewards-{_mark()}-{major}"
        self.users = BUILD / f"postgres-{major}-users.lock"
        self.lock = BUILD / f"postgres-{major}.lock"

    @contextlib.contextmanager
    def running(self) -> Iterator[Server]:
        """Give the server, started if need be; stop it after its last user."""
        self._make_folder(self.home)
        with self.users.open("a") as users:
            try:
                with self._alone():
                    fcntl.flock(users, fcntl.LOCK_SH)
                    self._start()
                yield self._server()
            finally:
                with _undisturbed(), self._alone():
                    self._stop_if_last(users)

    def _server(self) -> Server:
        host = quote(str(self.sockets), safe="")
        return Server(f"postgres://postgres@{host}/postgres", self.programs / "psql")

    def _alone(self) -> contextlib.AbstractContextManager[None]:
        return alone(self.lock, "PostgreSQL")

    # Starting and stopping

    def _start(self) -> None:
        if self._is_up():
            return
        if not self.data.exists():
            self._initialise()
        self._make_folder(self.sockets)
        settings = {
            **_SETTINGS,
            "unix_socket_directories": str(self.sockets),
            **self._extensions(),
        }
        options = " ".join(f"-c {n}={shlex.quote(v)}" for n, v in settings.items())
        self._run(
            "pg_ctl", "-D", self.data, "-l", self.log, "-w", "-o", options, "start"
        )

    def _initialise(self) -> None:
        say("Making an empty PostgreSQL database")
        half = self.data.with_name(f"{self.data.name}-unfinished")
        shutil.rmtree(half, ignore_errors=True)
        locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
        if self.major >= _HAS_OWN_LOCALES:
            locale.append("--locale-provider=builtin")
        names = ["--auth=trust", "--username=postgres", "--no-sync"]
        self._run("initdb", "-D", half, *names, *locale)
        half.rename(self.data)

    def _extensions(self) -> dict[str, str]:
        """Return the setting that adds what the package lacks, none where it is whole."""
        found = self.programs.parent.glob(f"share/**/{next(iter(_EMPTY_EXTENSION))}")
        if any(found):
            return {}
        folder = self.extensions / "extension"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in _EMPTY_EXTENSION.items():
            (folder / name).write_text(text)
        return {"extension_control_path": f"{self.extensions}:$system"}

    def _is_up(self) -> bool:
        if not (self.data / "postmaster.pid").exists():
            return False
        program = [str(self.programs / "pg_isready"), "-q", "-h", str(self.sockets)]
        return subprocess.run(program).returncode == 0

    def _stop_if_last(self, users: IO[str]) -> None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")

    # Running as somebody else, since PostgreSQL does not run as root

    def _user_may_enter(self, programs: Path) -> bool:
        if self.user is None:
            return True
        try:
            return self._call(programs / "initdb", "--version")[0] == 0
        except OSError:
            return False

    def _move_out(self) -> None:
        """Leave for a folder that more than root may enter, unlike root's home."""
        self.home = _elsewhere()
        packages = self.programs.parents[2]
        copy = self.home / packages.parents[2].name
        inside = self.programs.relative_to(packages)
        with alone(BUILD / "postgres-copy.lock", "PostgreSQL"):
            self._make_folder(self.home)
            if not self._user_may_enter(copy / inside):
                shutil.rmtree(copy, ignore_errors=True)
                # A package may keep libraries in a folder beside its own.
                for part in packages.glob(f"{inside.parts[0]}*"):
                    shutil.copytree(part, copy / part.name, symlinks=True)
        self.programs = copy / inside

    def _make_folder(self, folder: Path) -> None:
        """Make a folder that nobody but we and the server may enter."""
        owner = self.user.pw_uid if self.user else os.geteuid()
        folder.mkdir(parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (0, owner):
            raise ToolError(f"{folder} is somebody else's: remove it.")
        folder.chmod(0o700)
        if self.user is not None:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def _call(self, program: Path, *arguments: object) -> tuple[int, str]:
        options: dict[str, Any] = {}
        if self.user is not None:
            options = {"user": self.user.pw_uid, "group": self.user.pw_gid}
            options["extra_groups"] = []
        # Not a pipe: the server that pg_ctl leaves behind would keep it open.
        with tempfile.TemporaryFile("w+") as output:
            answer = subprocess.run(
                [str(program), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**plain_environ(), "LC_ALL": "C"},
                cwd="/",
                # Ctrl-C reaches us, and we stop the server in good order.
                start_new_session=True,
                **options,
            )
            output.seek(0)
            return answer.returncode, output.read()

    def _run(self, program: str, *arguments: object) -> str:
        code, output = self._call(self.programs / program, *arguments)
        if code != 0:
            log = self.log.read_text().splitlines() if self.log.exists() else []
            tail = "\n".join([output.strip(), *log[-12:]])
            raise ToolError(f"PostgreSQL's {program} failed:\n{tail}")
        return output


def remove() -> None:
    """Stop the server if nobody uses it, and delete it with all its databases.

    :raises ToolError: while another command of ours uses it.
    """
    with contextlib.ExitStack() as stack:
        for path in BUILD.glob("postgres-*-users.lock"):
            users = stack.enter_context(path.open("a"))
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ToolError(
                    "Another command uses the database: end it first."
                ) from None
        for home in (BUILD / "postgres", _elsewhere()):
            for pid_file in home.glob("data-*/postmaster.pid"):
                _stop(int(pid_file.read_text().split()[0]))
            shutil.rmtree(home, ignore_errors=True)


def major_of(version: str) -> int:
    """Return the major version in what ``postgres --version`` prints.

    >>> major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)")
    15
    """
    return int(version.split("(PostgreSQL)")[1].split()[0].split(".")[0])


def _stop(pid: int) -> None:
    # The file may be left over from a crash, and the number somebody else's by now.
    command = ["ps", "-o", "comm=", "-p", str(pid)]
    while "postgres" in subprocess.run(command, stdout=subprocess.PIPE).stdout.decode():
        os.kill(pid, signal.SIGINT)
        time.sleep(0.2)


def _elsewhere() -> Path:
    return Path("/var/tmp") / f"rewards-{_mark()}"


def _mark() -> str:
    return hashlib.sha256(f"{BUILD} {os.getuid()}".encode()).hexdigest()[:12]


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise ToolError(
            "PostgreSQL does not run as root, and there is no user 'nobody' to run it "
            "as: run the command as another user, or set DATABASE_URL."
        ) from None


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Do not let a second Ctrl-C leave the server running."""
    before = {
        number: signal.signal(number, signal.SIG_IGN)
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
