"""An AWS account on this machine: ministack in a process of its own, and the mailbox that SES delivers to."""

import contextlib
import email
import email.policy
import os
import signal
import socket
import subprocess
import time

import boto3
import requests
from aiosmtpd.controller import Controller

import bridges
from tools import TARGET, VENV

REGION = "eu-central-1"
LOG = TARGET / "deploy/account.log"


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def eventually(what, probe, within=60):
    """Waits until `probe` answers something true, and gives that."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := probe():
            return found
        time.sleep(0.25)
    raise AssertionError(f"not within {within} s: {what}")


class Mailbox:
    """Takes every mail that leaves, byte for byte."""

    def __init__(self):
        self.mails = []
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, _server, _session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((envelope.rcpt_tos, message, time.time()))
        return "250 taken"

    def to(self, address, subject):
        """The mails of that subject whose envelope names that address."""
        return [mail for mail in self.mails if mail[0] == [address] and mail[1]["subject"] == subject]


class Account:
    """Runs while the `with` block does."""

    def __init__(self):
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.mailbox = Mailbox()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.endpoint,
            "SAM_CLI_TELEMETRY": "0",
        }

    def __enter__(self):
        LOG.parent.mkdir(parents=True, exist_ok=True)
        temporary = LOG.parent / "tmp"
        temporary.mkdir(exist_ok=True)
        environment = {
            **self.environment,
            **bridges.ENVIRONMENT,
            # Signatures are checked, and every call of a function needs a permission of its role.
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "SMTP_HOST": f"127.0.0.1:{self.mailbox.port}",
            "IOT_MTLS_ENABLED": "false",
            "SFTP_ENABLED": "false",
            "TMPDIR": str(temporary),
        }
        self.mailbox.controller.start()
        self.log = LOG.open("w")
        self.process = subprocess.Popen(
            [VENV / "bin/ministack"], env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            start_new_session=True,
        )
        eventually("the emulated account answers", self.is_up)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            pass
        # Functions that still run are of the same session.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.mailbox.controller.stop()
        self.log.close()

    def is_up(self):
        """True when it takes requests; an error when it ended."""
        if self.process.poll() is not None:
            raise AssertionError(f"the emulated account ended: see {LOG}")
        try:
            return requests.get(f"{self.endpoint}/_ministack/health", timeout=2).ok
        except requests.ConnectionError:
            return False

    def client(self, service):
        """A client of one service."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
