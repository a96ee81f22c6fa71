"""Debian's Dovecot 2.3 with one throw-away configuration: IMAP on loopback, LMTP on a socket, any user."""

import contextlib
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from imapclient import IMAPClient

from tests.servers import ground

PROGRAM = Path("/usr/sbin/dovecot")
PASSWORD = "sandi-uji"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%n
mail_fsync = never
recipient_delimiter = +
auth_username_format = %Ln
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  unix_listener {folder}/lmtp {{
    mode = 0600
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {folder}/users
}}
"""
OAUTH = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
"""
TLS = """
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
"""
INTROSPECTION = """
introspection_mode = post
introspection_url = {url}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """A running Dovecot; `lmtp` is the socket for a mail transfer agent."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.lmtp = folder, port, folder / "lmtp"

    def imap_url(self, name: str) -> str:
        """The URL for HELPDESK_<DESK>_IMAP_URL."""
        return f"imap://{quote(name)}:{PASSWORD}@{ground.HOST}:{self.port}/INBOX"

    @contextlib.contextmanager
    def imap(self, name: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """An IMAP session with `folder` selected."""
        with IMAPClient(ground.HOST, self.port, ssl=False, timeout=10) as client:
            client.login(name, PASSWORD)
            client.select_folder(folder)
            yield client


def missing() -> str:
    """Why Dovecot cannot be used here; empty when it can."""
    if not PROGRAM.exists() or not Path("/usr/lib/dovecot/lmtp").exists():
        return "Dovecot is not installed: make test-servers"
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout
    return "" if re.match(r"2\.3\.", version) else f"the configuration is for Dovecot 2.3, not {version.strip()}"


@contextlib.contextmanager
def running(
    accounts: Iterable[str], introspection_url: str = "", certificate: tuple[Path, Path] | None = None
) -> Iterator[Dovecot]:
    """Start Dovecot with these accounts, stop it at the end.

    With the URL it takes access tokens, too (XOAUTH2); with certificate and key it offers STARTTLS.
    """
    import grp
    import pwd

    with ground.folder("hddc") as folder:
        account, port = pwd.getpwnam(ground.user_name()), ground.free_port()
        config, users, log = folder / "dovecot.conf", folder / "users", folder / "stderr"
        facts = {"folder": folder, "user": account.pw_name, "group": grp.getgrgid(account.pw_gid).gr_name, "port": port}
        more = OAUTH.format(**facts) if introspection_url else ""
        if certificate:
            more += TLS.format(cert=certificate[0], key=certificate[1])
        config.write_text(CONFIG.format(**facts) + more)
        (folder / "oauth2.conf").write_text(INTROSPECTION.format(url=introspection_url))
        users.write_text(
            "".join(f"{a}:{PASSWORD}:{account.pw_uid}:{account.pw_gid}::{folder}/mail/{a}\n" for a in accounts)
        )
        server = ground.start([str(PROGRAM), "-F", "-c", str(config)], log)
        try:
            dovecot = Dovecot(folder, port)
            ground.wait_until(lambda: ground.listens(port) and dovecot.lmtp.exists(), f"Dovecot: {log}")
            yield dovecot
        finally:
            ground.stop(server)
