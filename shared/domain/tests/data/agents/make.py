"""Writes `work.tsv` and `unseen.tsv` from the packages that ORIGIN.md names, unpacked below one folder.

    python3 -m venv venv && venv/bin/pip install pyyaml==6.0.4
    venv/bin/python make.py <folder>

A line is who an agent stands for, the source, and the agent. The hash of an agent decides its half and its place,
so nobody chooses, and both halves have the same mixture.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).parent
# Agents of each kind in each half.
MOST = {"bot": 750, "device": 600, "browser": 700, "mail": 150}
# Who is no bot though a list of bots has it: a mail provider's proxy asks for a person.
RELAYS = re.compile(r"(image|mail)\s?proxy", re.I)
# Families of uap-core, and names in agents, that are mail programs of persons.
MAIL_FAMILIES = {
    "Airmail", "Apple Mail", "Barca", "Evolution", "Lotus Notes", "MacOutlook", "MailBar", "Outlook", "Outlook-iOS",
    "Outlook-iOS-Android", "Postbox", "The Bat!", "Thunderbird", "Windows Live Mail", "YahooMobileMail", "kmail2",
}
MAIL_NAMES = re.compile(r"Airmail|eM ?Client|Icedove|Lotus-Notes|Outlook|Postbox|Thunderbird|Windows Live Mail")

# What may name a person: mailboxes, also disguised ones, network addresses, and ids of devices.
MAILBOX = re.compile(r"[\w.+-]+ ?(@|\[at\]|\(at\)|<at>) ?[\w.-]+", re.I)
NETWORK = re.compile(r"(?<=[(\[: ])\d{1,3}(\.\d{1,3}){3}(?=[)\]])")
DEVICE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{32}", re.I)


def cases(folder, name):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    path = folder / "woothee-0.13.0" / "benches" / "uap-core" / "tests" / name
    return yaml.load(path.read_text(), Loader=loader)["test_cases"]


def agents(folder):
    """Kind, source and agent, in the order in which the first of equals is kept."""
    for crawler in json.loads((folder / "crawler-user-agents-1.60.0" / "crawler-user-agents.json").read_text()):
        for agent in crawler["instances"]:
            yield "bot", "crawler-user-agents", agent
    for agent in (folder / "isbot-0.1.3" / "fixtures" / "bots.txt").read_text().splitlines():
        yield "bot", "isbot", agent
    for case in cases(folder, "test_device.yaml"):
        spider = case["family"] == "Spider"
        if spider or case["brand"]:
            yield "bot" if spider else "device", "uap-core", case["user_agent_string"]
    for case in cases(folder, "test_ua.yaml"):
        if case["family"] in MAIL_FAMILIES:
            yield "mail", "uap-core", case["user_agent_string"]
    for shown in json.loads((folder / "user-agents-2.1.198" / "dist" / "user-agents.json").read_text()):
        yield "browser", "user-agents", shown["userAgent"]
    for agent in (folder / "isbot-0.1.3" / "fixtures" / "browsers.txt").read_text().splitlines():
        yield "mail" if MAIL_NAMES.search(agent) else "browser", "isbot", agent


def main():
    found = {}
    for kind, source, agent in agents(Path(sys.argv[1])):
        agent = NETWORK.sub("192.0.2.1", " ".join(agent.split()))
        if kind == "bot":
            agent = MAILBOX.sub("contact@example.com", agent)
        named = RELAYS.search(agent) if kind == "bot" else re.search(r"\w@[a-z]", agent) or DEVICE_ID.search(agent)
        if agent and not named:
            found.setdefault(agent, (kind, source))
    halves = {"work": [], "unseen": []}
    ordered = sorted(found, key=lambda agent: hashlib.sha256(agent.encode()).digest())
    taken = {}
    for agent in ordered:
        kind, source = found[agent]
        half = "unseen" if hashlib.sha256(b"half" + agent.encode()).digest()[0] % 2 else "work"
        # One list must not crowd out the other of its kind.
        place = (half, kind, source if kind in ("bot", "browser") else "")
        share = MOST[kind] // 2 if place[2] else MOST[kind]
        if taken.setdefault(place, 0) < share:
            taken[place] += 1
            halves[half].append(f"{kind}\t{source}\t{agent}\n")
    for half, lines in halves.items():
        (HERE / f"{half}.tsv").write_text("".join(sorted(lines)))
        print(half, len(lines), "agents,", sum(len(line.encode()) for line in lines), "bytes")


if __name__ == "__main__":
    main()
