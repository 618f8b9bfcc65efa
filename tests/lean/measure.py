"""How lean the functions are: what a cold start and a warm request take, counted, not timed.

    python3 tests/lean/measure.py            prints the table; fails when a target or the baseline is missed
    python3 tests/lean/measure.py --accept   writes the present figures down as the baseline

Measures what `tests/deploy/run.py` built and deployed, beside a function that does nothing.
Instructions are counted by callgrind; they differ by less than one in a thousand between runs. Valgrind knows no hashing
instructions, so signing counts for more here than on the processors that it runs on.
"""

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "deploy"))

import tools  # noqa: E402

tools.enter()

import instruments  # noqa: E402
import recipients  # noqa: E402
from stand_in import Aws, Runtime  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "target/lambda"
BASELINE = Path(__file__).with_name("baseline.json")
HEADROOM = 1.10
HOT = {"pixel": "o", "redirect": "c"}
WARM = (10, 110)
MILLION, MB = 1_000_000, 1_000_000
# Hard targets: instructions to /next, peak memory, binary, zip, instructions of a warm request.
HOT_TARGETS = {"start": 3 * MILLION, "memory": 12 * MB, "binary": 4 * MB, "zip": 2 * MB, "warm": 300_000}
OTHER_TARGETS = {"start": 12 * MILLION, "memory": 12 * MB}


def environment(runtime, aws):
    """What Lambda and the template put there."""
    return {
        "AWS_LAMBDA_RUNTIME_API": runtime.address, "AWS_LAMBDA_FUNCTION_NAME": "lean", "AWS_REGION": "eu-central-1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_SESSION_TOKEN": "example",
        "AWS_ENDPOINT_URL": f"http://{aws.address}", "TABLE_NAME": "telltale", "BUCKET_NAME": "telltale",
        "EVENTS_QUEUE_URL": f"http://{aws.address}/123456789012/events",
        "SENDS_QUEUE_URL": f"http://{aws.address}/123456789012/sends",
        "FEEDBACK_QUEUE_URL": f"http://{aws.address}/123456789012/feedback", "INBOUND_DOMAIN": "replies.example.com",
        "REQUESTS_PER_MINUTE": "1200", "TRACKING_KEYS": recipients.KEY_RING, "TRACKING_URL": "https://t.example.com",
    }


def binary_of(name):
    """What is deployed; `hello` does nothing and is built along with the others."""
    return BUILT / name / "bootstrap"


def run(name, events=(), wrapper=()):
    """Runs a function until it has answered all events; gives its memory at the first `/next`, stderr, and the stand-ins."""
    runtime, aws = Runtime(list(events)), Aws()
    binary = binary_of(name)
    process = subprocess.Popen([*wrapper, binary], env=environment(runtime, aws), stderr=subprocess.PIPE, text=True)
    if not runtime.started.wait(60):
        process.kill()
        sys.exit(f"{name} did not start: {process.communicate()[1]}")
    status = Path(f"/proc/{process.pid}/status").read_text()
    opened = (aws.connections, len(aws.calls))
    if not runtime.finished.wait(120):
        sys.exit(f"{name} did not answer all events")
    process.terminate()
    stderr = process.communicate()[1]
    runtime.close(), aws.close()
    peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024
    return {"memory": peak, "stderr": stderr, "opened": opened, "calls": len(aws.calls), "answers": runtime.answers}


def instructions(name, events=()):
    callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    ran = run(name, events, callgrind)
    return int(re.search(r"Collected : (\d+)", ran["stderr"])[1]), ran


def warm(name):
    """The instructions of one warm request, all of which reach the queue."""
    kind = HOT[name]
    counts = []
    for number in WARM:
        events = [recipients.event(kind, n, "https://example.com/offer?a=1" if kind == "c" else "") for n in range(number)]
        count, ran = instructions(name, events)
        assert ran["calls"] - ran["opened"][1] == number, f"{name}: {ran['calls']} calls for {number} events"
        counts.append(count)
    return (counts[1] - counts[0]) // (WARM[1] - WARM[0])


def files_opened(name):
    trace = run(name, wrapper=["strace", "-f", "-e", "trace=open,openat"])["stderr"]
    return sum(1 for line in trace.splitlines() if re.search(r"open(at)?\(.*= \d+$", line))


def measure(name, counted):
    binary = binary_of(name)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(binary, "bootstrap")
    plain = run(name)
    return {
        "start": instructions(name)[0] if counted else None, "warm": warm(name) if counted and name in HOT else None,
        "memory": plain["memory"], "binary": binary.stat().st_size, "zip": len(packed.getvalue()),
        "files": files_opened(name) if counted else None,
        "connections": plain["opened"][0], "calls": plain["opened"][1],
    }


def cells(name, row):
    words = {"start": lambda n: f"{n / MILLION:.2f} M", "warm": lambda n: f"{n // 1000} k",
             **dict.fromkeys(("memory", "binary", "zip"), lambda n: f"{n / MB:.1f} MB"),
             **dict.fromkeys(("files", "connections", "calls"), str)}
    return [name, *("" if row[key] is None else word(row[key]) for key, word in words.items())]


def missed(name, row, baseline):
    if name not in baseline:
        yield f"{name}: nothing was accepted for it; look at its row, then run this with --accept"
    targets = {} if name == "hello" else HOT_TARGETS if name in HOT else OTHER_TARGETS
    for key, most in targets.items():
        if row[key] is not None and row[key] > most:
            yield f"{name}: {key} is {row[key]:,}, the target is {most:,}"
    for key, accepted in baseline.get(name, {}).items():
        if row[key] is not None and row[key] > accepted * HEADROOM:
            yield f"{name}: {key} is {row[key]:,}, more than {HEADROOM:.2f} times the accepted {accepted:,}"


def main():
    counted = instruments.install()
    functions = sorted(path.name for path in (ROOT / "functions").iterdir())
    rows = {name: measure(name, counted) for name in ["hello", *functions]}
    head = ["function", "to the first /next", "warm request", "peak memory", "binary", "zip", "files opened",
            "connections", "calls"]
    table = [head, ["---", *["---:"] * (len(head) - 1)], *(cells(*row) for row in rows.items())]
    print("\n".join(f"| {' | '.join(line)} |" for line in table))
    if "--accept" in sys.argv and counted:
        kept = {name: {key: row[key] for key in ("start", "warm", "binary", "zip") if row[key]} for name, row in rows.items()}
        BASELINE.write_text(json.dumps(kept, indent=2) + "\n")
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    failures = [failure for row in rows.items() for failure in missed(*row, baseline)]
    print("\n".join(failures), file=sys.stderr)
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
