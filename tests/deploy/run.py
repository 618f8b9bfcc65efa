"""Deploys Telltale onto an emulated AWS account and drives it as its users do.

    python3 tests/deploy/run.py               builds first (cargo-lambda)
    python3 tests/deploy/run.py --no-build    deploys what was built last

Needs Python and the Rust toolchain; installs the rest below `target/`. The account's own log is
`target/deploy/account.log`. What the emulator lacks is bridged in `bridges.py`, each bridge with its reason.
"""

import sys
import time

import tools

tools.enter()

import bridges  # noqa: E402
import journey  # noqa: E402
import operations  # noqa: E402
from account import LOG, Account  # noqa: E402
from stack import PARAMETERS, SENDER_DOMAIN, TRACKING_DOMAIN, Stack  # noqa: E402
from tools import ROOT  # noqa: E402


def main(arguments):
    """Everything, in order; the first failure ends it."""
    assert arguments in ([], ["--no-build"]), __doc__
    begun = time.monotonic()
    with Account() as account:
        stack = Stack(account)
        if not arguments:
            step("the functions are built", stack.build)
        step("the sending domain is verified", lambda: verify_domain(stack))
        step("the application is deployed", lambda: deploy(stack))
        people = step("an organisation, users and keys are made", lambda: journey.people(stack))
        for check in [*journey.CHECKS, *operations.CHECKS]:
            step(check.__doc__.splitlines()[0].rstrip("."), lambda: check(stack, people))
    print(f"deployment test passed in {time.monotonic() - begun:.0f} s", flush=True)


def step(sentence, act):
    """Does one thing and says so."""
    begun = time.monotonic()
    try:
        done = act()
    except BaseException:
        print(f"FAILED  {sentence}; the account's log is {LOG.relative_to(ROOT)}", flush=True)
        raise
    print(f"ok      {sentence} ({time.monotonic() - begun:.1f} s)", flush=True)
    return done


def verify_domain(stack):
    """What happens once for an account."""
    name = PARAMETERS["ConfigurationSet"]
    outputs = stack.deploy_template(
        "telltale-email", ROOT / "infra/email-identity.yaml", bridges.identity, Domain=SENDER_DOMAIN,
        ConfigurationSetName=name,
    )
    assert outputs["ConfigurationSet"] == name
    # Nobody looks for DNS records here.
    stack.account.client("ses").verify_domain_identity(Domain=SENDER_DOMAIN)


def deploy(stack):
    """The first deployment, with a tracking domain."""
    certificate = stack.account.client("acm").request_certificate(DomainName=TRACKING_DOMAIN, ValidationMethod="DNS")
    stack.deploy(TrackingCertificateArn=certificate["CertificateArn"])
    assert stack.outputs["TrackingUrl"] == f"https://{TRACKING_DOMAIN}"


if __name__ == "__main__":
    main(sys.argv[1:])
