"""What whoever runs Telltale relies on: the tick, dead letters, least privilege, the runbook."""

import base64
import email.message
import json
import secrets
import time

from account import eventually
from journey import AGENT, BUYER, CHIEF, LINK, SUBJECT
from stack import INBOUND_DOMAIN, NAME
from tools import ROOT


def a_lost_task_is_filed(stack, people):
    """A message is released while its task gets lost; the tick will have to find it."""
    functions, queues = stack.account.client("lambda"), stack.account.client("sqs")
    (mapping,) = functions.list_event_source_mappings(FunctionName=f"{NAME}-sender")["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    people.lost = people.ours.api.send({"to": [{"email": BUYER}], "subject": "Lost", "html": "<p>Found again.</p>"})
    people.lost_at = time.time()
    queues.purge_queue(QueueUrl=stack.outputs["SendsQueueUrl"])
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def a_mail_is_scheduled(stack, people):
    """A message is scheduled beyond what goes straight to the queue, another two minutes ahead, a third with a reminder."""
    people.due = {}
    for subject, ahead in (("Soon", 120), ("Later", 300)):
        people.due[subject] = int(time.time()) + ahead
        draft = {"to": [{"email": BUYER}], "subject": subject, "html": "<p>On time.</p>"}
        id = people.ours.api.call("POST", "/messages", draft)["id"]
        scheduled = people.ours.api.call("POST", f"/messages/{id}/send", {"at": instant(people.due[subject])}, 202)
        assert scheduled["status"] == "scheduled", scheduled
    reminder = {"title": "Call the buyer", "condition": "always", "due": instant(time.time() + 90)}
    set = people.ours.api.call("PUT", f"/messages/{people.id}/reminder", reminder)
    assert set["status"] == "pending", set


def instant(seconds):
    """A time as the API takes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))


def what_ses_tells_is_heard(stack, people):
    """What SES publishes to the topic of the configuration set stands in the timeline and stops further mail."""
    table, topics = stack.account.client("dynamodb"), stack.account.client("sns")
    subject, stranger = "Bounces", "nobody@example.org"
    id = people.ours.api.send({"to": [{"email": stranger}], "subject": subject, "html": "<p>Anybody?</p>"})
    people.ours.api.timeline(id, {"sent"})
    scan = {"TableName": stack.outputs["TableName"], "FilterExpression": "begins_with(pk, :ses) AND message = :id",
            "ExpressionAttributeValues": {":ses": {"S": "SES#"}, ":id": {"S": id}}}
    noted = eventually("the sender's note of the mail", lambda: table.scan(**scan)["Items"])
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    recipient = {"emailAddress": stranger, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 unknown"}
    told = {"eventType": "Bounce",
            "mail": {"messageId": noted[0]["pk"]["S"].removeprefix("SES#"), "timestamp": now, "destination": [stranger]},
            "bounce": {"timestamp": now, "bounceType": "Permanent", "bounceSubType": "General",
                       "bouncedRecipients": [recipient]}}
    # The emulator stores where a configuration set's events go, and publishes none.
    for _ in range(2):
        topics.publish(TopicArn=stack.physical("FeedbackTopic"), Message=json.dumps(told))
    (bounce,) = [e for e in people.ours.api.timeline(id, {"bounced"})["events"] if e["kind"] == "bounced"]
    assert bounce["recipient"] == stranger, bounce
    listed = [entry["email"] for entry in people.ours.api.call("GET", "/suppressions")["items"]]
    assert listed == [stranger], listed


def an_answer_comes_in(stack, people):
    """An answer that SES has received stands in the timeline once, and counts."""
    ((_, mail, _),) = stack.account.mailbox.to(BUYER, SUBJECT)
    answer = email.message.EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = BUYER, "sales@example.com", f"Re: {SUBJECT}"
    answer["Message-ID"], answer["In-Reply-To"] = "<answer@example.net>", mail["message-id"]
    answer["References"] = f"{mail['references'] or ''} {mail['message-id']}".strip()
    answer.set_content("Yes, please.")
    key, now = "inbound/answer", time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    stack.account.client("s3").put_object(Bucket=stack.physical("Bucket"), Key=key, Body=answer.as_bytes())
    verdicts = {f"{check}Verdict": {"status": "PASS"} for check in ("spf", "dkim", "dmarc", "spam", "virus")}
    told = {"notificationType": "Received",
            "mail": {"messageId": "answer", "timestamp": now, "source": BUYER, "destination": [f"copy@{INBOUND_DOMAIN}"]},
            "receipt": {"timestamp": now, "recipients": [f"copy@{INBOUND_DOMAIN}"], **verdicts,
                        "action": {"type": "S3", "bucketName": stack.physical("Bucket"), "objectKey": key}}}
    for _ in range(2):
        stack.account.client("sns").publish(TopicArn=stack.physical("InboundTopic"), Message=json.dumps(told))
    timeline = people.ours.api.timeline(people.id, {"reply"})
    (reply,) = [event for event in timeline["events"] if event["kind"] == "reply"]
    assert (reply["recipient"], reply["reply"]["verified"], timeline["kpis"]["replies"]) == (BUYER, True, 1), reply


def alarms_are_deployed(stack, people):
    """Alarms and dashboard are deployed, and each alarm has its section in the runbook."""
    stack.deploy_template(f"{NAME}-observability", ROOT / "infra/observability.yaml", Application=NAME,
                          AlarmEmail="operator@example.com")
    alarms = stack.account.client("cloudwatch").describe_alarms(AlarmNamePrefix=NAME)["MetricAlarms"]
    headings = {line.removeprefix("## ") for line in (ROOT / "docs/RUNBOOK.md").read_text().splitlines()}
    for alarm in alarms:
        assert alarm["AlarmDescription"].split("RUNBOOK: ")[1].rstrip(".") in headings, alarm["AlarmDescription"]
        assert alarm["AlarmActions"], alarm["AlarmName"]
    assert len(alarms) >= 14, [alarm["AlarmName"] for alarm in alarms]
    json.loads(stack.account.client("cloudwatch").get_dashboard(DashboardName=NAME)["DashboardBody"])


def poison_ends_in_the_dead_letters(stack, people):
    """A poisoned message ends in the dead letters and harms nothing beside it."""
    queues = stack.account.client("sqs")
    pairs = [(stack.outputs[f"{name}QueueUrl"], stack.outputs[f"{name}DeadLettersUrl"]) for name in ("Events", "Sends", "Feedback")]
    for queue, _ in pairs:
        # Five tries of three minutes each would be true to life, and long.
        queues.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "5"})
        for poison in ("{", '{"type":"hit_v9"}'):
            queues.send_message(QueueUrl=queue, MessageBody=poison)
        stack.track(people.mails[BUYER].pixel, agent=AGENT.replace("Linux x86_64", "Ubuntu; Linux x86_64"))
    for queue, dead in pairs:
        eventually(f"two dead letters in {dead}", lambda: waiting(queues, dead) == 2, 120)
        assert waiting(queues, queue) == 0
        queues.purge_queue(QueueUrl=dead)
        queues.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "180"})
    people.ours.api.send({"to": [{"email": BUYER}], "subject": "Beside", "html": "<p>Unharmed.</p>"})
    eventually("mail goes on", lambda: stack.account.mailbox.to(BUYER, "Beside"))


def waiting(queues, url):
    """How many messages can be received from a queue."""
    name = "ApproximateNumberOfMessages"
    return int(queues.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])


def hits(people, kind):
    """The events of one kind in the timeline."""
    events = people.ours.api.call("GET", f"/messages/{people.id}/timeline")["events"]
    return [event for event in events if event["kind"] == kind]


def what_a_role_does_not_name_is_refused(stack, people):
    """Without its permission the pixel answers all the same, and the hit is replayed from the log as in the runbook."""
    roles, role = stack.account.client("iam"), stack.physical("PixelRole")
    policy = roles.get_role_policy(RoleName=role, PolicyName="pixel")["PolicyDocument"]
    roles.delete_role_policy(RoleName=role, PolicyName="pixel")
    before = len(hits(people, "open"))
    pixel = stack.track(people.mails[BUYER].pixel, agent=AGENT)
    assert pixel.status_code == 200 and pixel.content.startswith(b"GIF89a")
    roles.put_role_policy(RoleName=role, PolicyName="pixel", PolicyDocument=json.dumps(policy))
    not_queued = lambda: [line for line in lines(stack, "pixel") if '"hit not queued"' in line]
    line = eventually("the line of the hit", lambda: not_queued())[0]
    time.sleep(2)
    assert len(hits(people, "open")) == before, "the hit was queued without permission"
    filters = stack.account.client("logs").describe_metric_filters(logGroupName=f"/aws/lambda/{NAME}-pixel")
    (alarm,) = filters["metricFilters"]
    hit = json.loads(line)["fields"]
    assert alarm["filterPattern"] == f'{{ $.fields.message = "{hit["message"]}" }}', "no alarm would see it"
    for _ in range(2):
        stack.account.client("sqs").send_message(QueueUrl=stack.outputs["EventsQueueUrl"], MessageBody=hit["replay"])
    eventually("the replayed hit", lambda: len(hits(people, "open")) == before + 1)


def lines(stack, function):
    """The log lines of a function."""
    logs = stack.account.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{NAME}-{function}")
    return [event["message"] for page in pages for event in page["events"]]


def keys_are_rotated(stack, people):
    """Signing keys are rotated as in the runbook: old addresses go on working, and after a leak lead nowhere else."""
    store, mail = stack.account.client("secretsmanager"), people.mails[BUYER]
    secret = stack.outputs["TrackingKeysSecret"]

    def change(edit):
        ring = json.loads(store.get_secret_value(SecretId=secret)["SecretString"])
        edit(ring)
        version = store.put_secret_value(SecretId=secret, SecretString=json.dumps(ring))["VersionId"]
        stack.deploy(TrackingKeysVersion=version)

    change(lambda ring: ring.update({"2": base64.b64encode(secrets.token_bytes(33)).decode()}))
    change(lambda ring: ring.update(active=2))
    before = len(hits(people, "click"))
    assert stack.track(mail.link, agent=AGENT).headers["location"] == LINK
    eventually("a click with the old key", lambda: len(hits(people, "click")) == before + 1)
    people.ours.api.send({"to": [{"email": BUYER}], "subject": "New key", "html": f'<a href="{LINK}">Link</a>'})
    eventually("a mail signed with the new key", lambda: stack.account.mailbox.to(BUYER, "New key"))
    change(lambda ring: ring.pop("1"))
    before = len(hits(people, "click"))
    answers = [stack.track(url, agent=AGENT) for url in (mail.pixel, mail.link, mail.file)]
    assert [answer.status_code for answer in answers] == [200, 302, 404]
    assert answers[1].headers["location"] == LINK
    time.sleep(3)
    assert len(hits(people, "click")) == before, "a key that was taken out still counts"


def the_tick_finds_what_was_lost(stack, people):
    """The rule of one minute finds the lost task, and what was scheduled leaves on time."""
    found = lambda: stack.account.mailbox.to(BUYER, "Lost")
    eventually("the lost mail", found, 480)
    ((_, _, left),) = found()
    print(f"        {left - people.lost_at:.0f} s after it was released", flush=True)
    for subject, due in people.due.items():
        eventually(f"the mail {subject}", lambda: stack.account.mailbox.to(BUYER, subject), 480)
        ((_, _, left),) = stack.account.mailbox.to(BUYER, subject)
        print(f"        {subject}: {left - due:.1f} s after its time", flush=True)
        assert -0.5 < left - due < 15, (subject, left - due)


def the_author_is_reminded(stack, people):
    """The reminder has put its card before its author, and before nobody else."""
    cards = lambda api: [card for card in api.call("GET", "/cards")["items"] if card["kind"] == "reminder"]
    (card,) = eventually("the card", lambda: cards(people.ours.api), 180)
    assert (card["title"], card["message"], card["priority"]) == ("Call the buyer", people.id, "high"), card
    assert cards(people.others.api) == []


def nobody_got_anything_twice(stack, people):
    """Every mail left exactly once."""
    seen = [(tuple(to), mail["subject"]) for to, mail, _ in stack.account.mailbox.mails]
    assert len(seen) == len(set(seen)), seen


def logs_say_nothing_personal(stack, people):
    """No log line holds an address, a subject, a link, a file or a token."""
    tokens = [getattr(mail, name).rsplit("/", 1)[1] for mail in people.mails.values() for name in vars(mail)]
    key = people.ours.key["api_key"]
    secret = [BUYER, CHIEF, "nobody@example.org", "sales@example.com", SUBJECT, "Angebot", "example.com/", key, *tokens]
    for function in sorted(path.name for path in (ROOT / "functions").iterdir()):
        written = lines(stack, function)
        assert written, f"no log lines of {function}"
        for line in written:
            found = [word for word in secret if word in line]
            assert not found, (function, found, line)


CHECKS = [
    a_lost_task_is_filed,
    a_mail_is_scheduled,
    what_ses_tells_is_heard,
    an_answer_comes_in,
    alarms_are_deployed,
    poison_ends_in_the_dead_letters,
    what_a_role_does_not_name_is_refused,
    keys_are_rotated,
    the_tick_finds_what_was_lost,
    the_author_is_reminded,
    nobody_got_anything_twice,
    logs_say_nothing_personal,
]
