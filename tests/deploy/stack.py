"""Telltale in the account: built, deployed, and reached over HTTP."""

import json
import subprocess
from pathlib import Path

import requests
from samcli.yamlhelper import yaml_dump, yaml_parse

import bridges
from account import eventually
from tools import ROOT, TARGET

NAME = "telltale-test"
SENDER_DOMAIN = "example.com"
TRACKING_DOMAIN = "go.example.test"
INBOUND_DOMAIN = "replies.example.test"
BUILD = TARGET / "deploy/build"
PARAMETERS = {
    "Stage": "test",
    "Architecture": "x86_64",
    "SenderDomain": SENDER_DOMAIN,
    "ConfigurationSet": "telltale",
    "TrackingDomain": TRACKING_DOMAIN,
    "InboundDomain": INBOUND_DOMAIN,
}


class Stack:
    """The deployed application, after `build` and `deploy`."""

    def __init__(self, account):
        self.account = account
        self.cloudformation = account.client("cloudformation")
        self.parameters = dict(PARAMETERS)
        self.outputs = {}

    def build(self):
        """Builds the functions for this machine, all in one go.

        `sam build` gives the same, but has Cargo build each function alone. Alone, each wants other features of what
        they share, and most of it would be compiled once for every function.
        """
        self.run("cargo", "lambda", "build", "--release", "--locked", "--workspace", "--exclude", "local", "--exclude", "e2e")
        template = yaml_parse((ROOT / "template.yaml").read_text())
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                name = Path(resource["Properties"]["CodeUri"]).name
                resource["Properties"]["CodeUri"] = str(TARGET / "lambda" / name)
        BUILD.mkdir(parents=True, exist_ok=True)
        (BUILD / "template.yaml").write_text(yaml_dump(template))

    def deploy(self, **parameters):
        """Deploys what was built, with these parameters changed."""
        self.parameters.update(parameters)
        template = yaml_parse((BUILD / "template.yaml").read_text())
        bridges.application(template)
        bridged = BUILD / "bridged.yaml"
        bridged.write_text(yaml_dump(template))
        overrides = [f"{name}={value}" for name, value in self.parameters.items()]
        self.run("sam", "deploy", "--template-file", bridged, "--stack-name", NAME, "--resolve-s3", "--no-confirm-changeset",
                 "--capabilities", "CAPABILITY_IAM", "--parameter-overrides", *overrides)
        self.outputs = self.outputs_of(NAME)
        processed = self.cloudformation.get_template(StackName=NAME, TemplateStage="Processed")["TemplateBody"]
        gateway = self.account.client("apigatewayv2")
        bridges.routes(gateway, processed, self.outputs["HttpApiId"], self.function_arn)

    def run(self, *command):
        """Runs a program; what it says is shown when it fails."""
        done = subprocess.run(command, env=self.account.environment, cwd=ROOT, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, f"{' '.join(map(str, command[:3]))}:\n{done.stdout}"

    def deploy_template(self, name, path, bridge=None, **parameters):
        """Deploys one of the plain templates."""
        template = yaml_parse(path.read_text())
        if bridge:
            bridge(template)
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        self.cloudformation.create_stack(StackName=name, TemplateBody=yaml_dump(template), Parameters=given,
                                         Capabilities=["CAPABILITY_AUTO_EXPAND"])
        status = lambda: self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        eventually(f"{name} is settled", lambda: not status().endswith("_IN_PROGRESS"))
        if status() != "CREATE_COMPLETE":
            events = self.cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            raise AssertionError([e.get("ResourceStatusReason") for e in events if "FAILED" in e["ResourceStatus"]])
        return self.outputs_of(name)

    def outputs_of(self, name):
        """The outputs of a stack."""
        stack = self.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def physical(self, logical):
        """The name that a resource really has."""
        detail = self.cloudformation.describe_stack_resource(StackName=NAME, LogicalResourceId=logical)
        return detail["StackResourceDetail"]["PhysicalResourceId"]

    def function_arn(self, logical):
        """The ARN of a function."""
        function = self.account.client("lambda").get_function_configuration(FunctionName=self.physical(logical))
        return function["FunctionArn"]

    def admin(self, **command):
        """Invokes the administration and gives its answer."""
        answer = self.account.client("lambda").invoke(
            FunctionName=self.outputs["AdminFunction"], Payload=json.dumps(command).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
        return json.loads(answer["Payload"].read())

    def track(self, url, method="GET", agent=None):
        """Requests an address that stands in a mail, as a recipient's software would; follows nothing."""
        prefix = f"https://{TRACKING_DOMAIN}"
        assert url.startswith(prefix), url
        headers = {"host": TRACKING_DOMAIN, "user-agent": agent} if agent else {"host": TRACKING_DOMAIN}
        return requests.request(method, self.account.endpoint + url[len(prefix):], headers=headers,
                                allow_redirects=False, timeout=30)

    def api(self, key):
        """The API for one key."""
        return Api(self, key)


class Api:
    """Calls `/v1` at the address that API Gateway gives."""

    def __init__(self, stack, key):
        self.base = stack.account.endpoint
        self.headers = {"host": f"{stack.outputs['HttpApiId']}.execute-api.localhost:{stack.account.port}"}
        if key:
            self.headers["authorization"] = f"Bearer {key}"

    def request(self, method, path, body=None, **headers):
        """One call, answered as it is."""
        return requests.request(method, f"{self.base}/v1{path}", json=body, timeout=60,
                                headers={**self.headers, **headers})

    def call(self, method, path, body=None, status=None, **headers):
        """One call that must be answered with that status, or with any good one."""
        answer = self.request(method, path, body, **headers)
        good = answer.status_code == status if status else answer.ok
        assert good, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.content else None

    def send(self, message, attachments=()):
        """Composes a message with files and sends it; gives its id."""
        id = self.call("POST", "/messages", message, 201)["id"]
        for filename, content_type, tracked, content in attachments:
            announced = {"filename": filename, "content_type": content_type, "size": len(content), "tracked": tracked}
            upload = self.call("POST", f"/messages/{id}/attachments", announced, 201)["upload"]
            put = lambda data: requests.request(upload["method"], upload["url"], data=data, headers=upload["headers"],
                                                timeout=60)
            assert put(content + b"!").status_code == 403, "an upload of another size was let in"
            answer = put(content)
            assert answer.ok, answer.text
        self.call("POST", f"/messages/{id}/send", {}, 202)
        return id

    def timeline(self, id, kinds, within=60):
        """The timeline, once it has all events of these kinds."""
        read = lambda: self.call("GET", f"/messages/{id}/timeline")
        has_all = lambda timeline: kinds <= {event["kind"] for event in timeline["events"]} and timeline
        return eventually(f"{kinds} in the timeline of {id}", lambda: has_all(read()), within)

