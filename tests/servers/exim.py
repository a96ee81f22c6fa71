"""Debian's Exim with one throw-away configuration: SMTP on loopback, delivery by LMTP, no relay, any user."""

import contextlib
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.servers import ground

PROGRAM = Path("/usr/sbin/exim4")
CONFIG = """
exim_user = {user}
exim_group = {group}
primary_hostname = localhost
qualify_domain = {domain}
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
pid_file_path = {folder}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
domainlist local_domains = {domain}
acl_smtp_rcpt = check_rcpt
deliver_drop_privilege = true
never_users =
tls_advertise_hosts =
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_max = 100
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
delivery_date_remove = true
envelope_to_remove = true
return_path_remove = true
begin acl
check_rcpt:
  accept domains = +local_domains
         verify = recipient
  deny message = relay not permitted
begin routers
mailbox:
  driver = accept
  domains = +local_domains
  local_parts = {accounts}
  local_part_suffix = +*
  local_part_suffix_optional
  transport = dovecot
begin transports
dovecot:
  driver = lmtp
  socket = {lmtp}
  return_path_add
begin retry
* * F,1h,1s
"""


class Exim:
    """A running Exim; mail for its accounts ends in Dovecot."""

    def __init__(self, port: int) -> None:
        self.port = port

    @property
    def smtp_url(self) -> str:
        """The URL for HELPDESK_<DESK>_SMTP_URL."""
        return f"smtp://{ground.HOST}:{self.port}"


def missing() -> str:
    """Why Exim cannot be used here; empty when it can."""
    return "" if PROGRAM.exists() else "Exim is not installed: make test-servers"


@contextlib.contextmanager
def running(accounts: Iterable[str], lmtp: Path, domain: str = "helpdesk.test") -> Iterator[Exim]:
    """Start Exim for these accounts, stop it at the end."""
    import pwd

    with ground.folder("hdex") as folder:
        account, port, log = pwd.getpwnam(ground.user_name()), ground.free_port(), folder / "stderr"
        facts = {"folder": folder, "user": account.pw_uid, "group": account.pw_gid, "port": port, "domain": domain}
        config = folder / "exim.conf"
        config.write_text(CONFIG.format(**facts, accounts=" : ".join(accounts), lmtp=lmtp))
        config.chmod(0o644)
        server: subprocess.Popen[bytes] = ground.start([str(PROGRAM), "-C", str(config), "-bdf", "-q1m"], log)
        try:
            ground.wait_until(lambda: ground.listens(port), f"Exim: {log}")
            yield Exim(port)
        finally:
            ground.stop(server)
