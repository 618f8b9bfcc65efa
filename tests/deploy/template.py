"""Holds the template to what is said about it, without an account.

    python3 tests/deploy/template.py            checks
    python3 tests/deploy/template.py --write    writes docs/PERMISSIONS.md anew, then checks

Folders of `functions/`, environment variables that the code reads, permissions that `docs/PERMISSIONS.md` lists, alarms
and the sections of the runbook: each belongs to the other, and this is where they would drift apart.
"""

import re
import sys

import tools

tools.enter()

from samcli.yamlhelper import yaml_parse  # noqa: E402

from tools import ROOT  # noqa: E402

TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text())
OBSERVABILITY = yaml_parse((ROOT / "infra/observability.yaml").read_text())
RESOURCES = TEMPLATE["Resources"]
FUNCTIONS = {
    resource["Properties"]["CodeUri"].removeprefix("functions/"): (name.removesuffix("Function"), resource["Properties"])
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Serverless::Function"
}
DOCUMENT = ROOT / "docs/PERMISSIONS.md"
# Where the part begins that the tests of behaviour write, from the table of roles.
ROLES = "\n# Permissions of each role\n"
# What a client reads for itself when it is made `from_env`.
READ_BY = {"Store": "TABLE", "Links": "TABLE", "Blobs": "BUCKET", "Mailer": "CONFIGURATION_SET", "Hits": "EVENTS_QUEUE"}
# Only the sender may mail, by whatever call.
ONLY = {f"ses:{call}": {"sender"} for call in ("SendRawEmail", "SendEmail", "SendBulkEmail", "SendTemplatedEmail")}
# What strangers reach without a key, and all that it may do.
STRANGERS_CALL = {
    "pixel": {"sqs:SendMessage"},
    "redirect": {"sqs:SendMessage", "dynamodb:GetItem"},
    "download": {"sqs:SendMessage", "dynamodb:Query", "s3:GetObject", "s3:GetObjectVersion"},
    "image": {"sqs:SendMessage", "s3:GetObject", "s3:ListBucket"},
}
POLICIES = {"AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"}
HEAD = """# What each function may do

Every function has a role of its own, and this is all that each role allows, beside writing to the function's own log
group. Written by `tests/deploy/template.py --write` from `template.yaml`; `.ci/run` fails when the two differ.

| function | may | on |
|---|---|---|
"""


def statements(function):
    """What the role of a function allows, without its log."""
    prefix, _ = FUNCTIONS[function]
    (policy,) = RESOURCES[f"{prefix}Role"]["Properties"]["Policies"]
    logs = {"Fn::GetAtt": [f"{prefix}Logs", "Arn"]}
    own = [statement for statement in policy["PolicyDocument"]["Statement"] if statement["Resource"] != logs]
    assert len(own) == len(policy["PolicyDocument"]["Statement"]) - 1, f"{function} has one log group"
    return own


def resources(statement):
    """The resources of a statement, those behind a condition of the template among them."""
    listed = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    return [choice["Fn::If"][1] if "Fn::If" in choice else choice for choice in listed]


def words(resource):
    """A resource as people call it."""
    if isinstance(resource, str):
        return f"`{resource}`"
    if "Fn::GetAtt" in resource:
        attribute = resource["Fn::GetAtt"]
        return f"`{(attribute if isinstance(attribute, str) else attribute[0]).split('.')[0]}`"
    text = resource["Fn::Sub"].replace(".Arn", "")
    return "`" + re.sub(r"^arn:.*:", "", re.sub(r"\$\{AWS::\w+\}", "", text)).replace("${", "").replace("}", "") + "`"


def document():
    """The page of permissions."""
    lines = []
    for function in sorted(FUNCTIONS):
        for statement in statements(function):
            actions = ", ".join(f"`{action}`" for action in statement["Action"])
            on = ", ".join(words(resource) for resource in resources(statement))
            keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
            lines.append(f"| {function} | {actions} | {on}{', keys ' + ', '.join(f'`{k}`' for k in keys) if keys else ''} |")
    _, mark, roles = DOCUMENT.read_text().partition(ROLES)
    return HEAD + "\n".join(lines) + "\n" + mark + roles


def permissions_are_as_documented():
    assert DOCUMENT.read_text() == document(), "docs/PERMISSIONS.md is not what template.yaml says"


def permissions_are_the_least():
    for function in FUNCTIONS:
        for statement in statements(function):
            assert statement["Effect"] == "Allow"
            for action in statement["Action"]:
                assert "*" not in action, (function, action)
                assert function in ONLY.get(action, {function}), (function, action)
            for resource in resources(statement):
                named = resource if isinstance(resource, str) else resource.get("Fn::Sub", "")
                assert "*" not in named or named.startswith("${Bucket.Arn}/"), (function, resource)
        assert RESOURCES[f"{FUNCTIONS[function][0]}Role"]["Properties"].get("ManagedPolicyArns") is None, function
    actions = {function: {action for s in statements(function) for action in s["Action"]} for function in STRANGERS_CALL}
    assert actions == STRANGERS_CALL, actions


def edges_are_closed():
    """Buckets and queues refuse plain HTTP, are encrypted and open to nobody; routes have limits, logs an end."""
    closed = {name for resource in RESOURCES.values() if resource["Type"] in POLICIES for name in refusing_http(resource)}
    for name, resource in RESOURCES.items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        if kind in ("AWS::SQS::Queue", "AWS::S3::Bucket"):
            assert name in closed, f"{name} takes plain HTTP"
        if kind == "AWS::SQS::Queue":
            assert properties["SqsManagedSseEnabled"] is True, name
        if kind == "AWS::S3::Bucket":
            assert "BucketEncryption" in properties, name
            assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}, name
        if kind == "AWS::DynamoDB::Table":
            assert properties["SSESpecification"]["SSEEnabled"] is True, name
        if kind == "AWS::Logs::LogGroup":
            assert properties["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name
    limits = RESOURCES["HttpApi"]["Properties"]["RouteSettings"]
    routes = {
        f"{event['Properties']['Method']} {event['Properties']['Path']}"
        for _, properties in FUNCTIONS.values()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
    assert set(limits) == routes, set(limits) ^ routes


def refusing_http(policy):
    """The queues or the bucket to which a policy lets nobody over plain HTTP."""
    properties = policy["Properties"]
    (tls,) = [statement for statement in properties["PolicyDocument"]["Statement"] if statement["Sid"] == "TlsOnly"]
    assert (tls["Effect"], tls["Principal"]) == ("Deny", "*") and tls["Action"] in ("sqs:*", "s3:*"), tls
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}, tls
    return [reference["Ref"] for reference in properties.get("Queues", [properties.get("Bucket")])]


def every_folder_is_deployed():
    folders = {path.name for path in (ROOT / "functions").iterdir() if (path / "Cargo.toml").exists()}
    assert folders == set(FUNCTIONS), folders ^ set(FUNCTIONS)
    for function, (prefix, properties) in FUNCTIONS.items():
        assert properties["Role"] == {"Fn::GetAtt": [f"{prefix}Role", "Arn"]}, function
        assert RESOURCES[f"{prefix}Logs"]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}, function


def variables_are_those_that_the_code_reads():
    config = (ROOT / "shared/aws/src/config.rs").read_text()
    names = dict(re.findall(r'pub const (\w+): &str = "(\w+)";', config))
    deployed = set()
    for function, (_, properties) in FUNCTIONS.items():
        code = "".join(path.read_text() for path in (ROOT / "functions" / function / "src").rglob("*.rs"))
        read = {names[name] for name in re.findall(r"names::([A-Z_]+)", code)}
        read |= {names[READ_BY[client]] for client in re.findall(r"\b(\w+)::from_env\(", code) if client in READ_BY}
        given = set(properties.get("Environment", {}).get("Variables", {}))
        assert given == read, f"{function}: deployed and read differ by {sorted(given ^ read)}"
        deployed |= given
    assert deployed == set(names.values()), deployed ^ set(names.values())


def queues_have_dead_letters_and_time():
    for function, (_, properties) in FUNCTIONS.items():
        for event in properties.get("Events", {}).values():
            if event["Type"] != "SQS":
                continue
            (queue, _) = event["Properties"]["Queue"]["Fn::GetAtt"]
            assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"], function
            assert RESOURCES[queue]["Properties"]["VisibilityTimeout"] >= 6 * properties["Timeout"], queue
            (dead, _) = RESOURCES[queue]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"]
            assert RESOURCES[dead]["Properties"]["MessageRetentionPeriod"] == 14 * 86400, dead


def access_logs_hold_no_path():
    logged = RESOURCES["HttpApi"]["Properties"]["AccessLogSettings"]["Format"]
    assert "$context.routeKey" in logged
    for personal in ("path", "sourceIp", "userAgent", "Referer"):
        assert personal not in logged, personal


def alarms_have_their_sections():
    """Each alarm names a section of the runbook, and that section begins with the alarms that it is for."""
    sections = dict(re.findall(r"^## (.+)\n\n(.*)$", (ROOT / "docs/RUNBOOK.md").read_text(), re.MULTILINE))
    said = {heading: set(re.findall(r"`([^`]+)`", line.split(".*")[0])) for heading, line in sections.items()
            if line.startswith("*Alarm")}
    meant = {}
    for alarm, name in alarms():
        heading = re.search(r"RUNBOOK: (.+)\.$", alarm["AlarmDescription"])[1]
        meant.setdefault(heading, set()).add(name)
    assert said == meant, (said, meant)


def alarms_are_priced():
    """COST.md counts the alarms of the template."""
    count = 0
    for name, resource in OBSERVABILITY["Resources"].items():
        values = [""]
        if name.startswith("Fn::ForEach::"):
            _, values, bodies = resource
            (resource,) = bodies.values()
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            count += len(values)
    said = int(re.search(r"a secret and (\d+) alarms", (ROOT / "docs/COST.md").read_text())[1])
    assert said == count, f"COST.md counts {said} alarms, the template has {count}"


def lines_are_counted_where_they_appear():
    """A line that is counted is counted on every function that LOGGING.md names for it, and on no other."""
    rows = re.findall(r"^\| ([a-z, ]+) \| `([^`]+)`", (ROOT / "docs/LOGGING.md").read_text(), re.MULTILINE)
    said = {line: set(functions.split(", ")) for functions, line in rows}
    counted = {}
    for resource in OBSERVABILITY["Resources"].values():
        if isinstance(resource, dict) and resource["Type"] == "AWS::Logs::MetricFilter":
            group = resource["Properties"]["LogGroupName"]["Fn::Sub"]
            line = re.search(r'message = "([^"]+)"', resource["Properties"]["FilterPattern"])[1]
            counted.setdefault(line, set()).add(group.rsplit("${Application}-")[1])
    assert counted
    for line, functions in counted.items():
        assert said.get(line) == functions, (line, said.get(line), functions)


def alarms():
    """The alarms and their names; one for all functions counts as one."""
    for name, resource in OBSERVABILITY["Resources"].items():
        parameter, values = "Function", [""]
        if name.startswith("Fn::ForEach::"):
            parameter, values, bodies = resource
            (resource,) = bodies.values()
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            alarm = resource["Properties"]
            for value in ["<function>"] if set(values) == set(FUNCTIONS) else values:
                short = alarm["AlarmName"]["Fn::Sub"].removeprefix("${Application}-")
                yield alarm, short.replace(f"${{{parameter}}}", value)


def all_queues_and_functions_are_watched():
    """No queue, dead-letter queue or function is without its alarms."""
    loops = {name.rsplit("::")[-1]: set(loop[1]) for name, loop in OBSERVABILITY["Resources"].items() if "::" in name}
    queues = {resource["Properties"]["QueueName"]["Fn::Sub"].removeprefix("${AWS::StackName}-")
              for resource in RESOURCES.values() if resource["Type"] == "AWS::SQS::Queue"}
    consumed = {queue for queue in queues if not queue.endswith("-dead")}
    assert queues == consumed | {f"{queue}-dead" for queue in consumed}, queues
    assert loops["DeadLetters"] == consumed, loops["DeadLetters"] ^ consumed
    # Send tasks rest on purpose and have an alarm of their own.
    assert loops["Ages"] == consumed - {"sends"}, loops["Ages"] ^ consumed
    assert loops["Errors"] == loops["Throttles"] == set(FUNCTIONS), set(FUNCTIONS)


CHECKS = [
    every_folder_is_deployed,
    variables_are_those_that_the_code_reads,
    permissions_are_the_least,
    permissions_are_as_documented,
    queues_have_dead_letters_and_time,
    edges_are_closed,
    access_logs_hold_no_path,
    alarms_have_their_sections,
    lines_are_counted_where_they_appear,
    alarms_are_priced,
    all_queues_and_functions_are_watched,
]


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        DOCUMENT.write_text(document())
    for check in CHECKS:
        check()
        print(f"ok      {check.__name__.replace('_', ' ')}")
