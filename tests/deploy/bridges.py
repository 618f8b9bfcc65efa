"""What the emulated account lacks, each with its reason. The templates stay what AWS needs."""

import re
import string

# Lambda sets these from the function's `LoggingConfig`; the emulator does not.
ENVIRONMENT = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}

POLICIES = {"AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy"}


def application(template):
    """Changes a built copy of `template.yaml`."""
    resources = template["Resources"]
    # The emulator does not read `ExcludePunctuation`, so the first signing key would not be base64.
    generate = resources["TrackingKeys"]["Properties"]["GenerateSecretString"]
    assert generate.pop("ExcludePunctuation") is True
    generate["ExcludeCharacters"] = string.punctuation
    # The emulator hands a parameter of type Number on as text, and then compares it with a number.
    scaling = resources["SenderFunction"]["Properties"]["Events"]["Sends"]["Properties"]["ScalingConfig"]
    assert scaling == {"MaximumConcurrency": {"Ref": "SenderMaximumConcurrency"}}, scaling
    scaling["MaximumConcurrency"] = int(template["Parameters"]["SenderMaximumConcurrency"]["Default"])
    # The emulator does not work out which identity a mail is sent from, and asks for permission on "*".
    statements = resources["SenderRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    (mail,) = [statement for statement in statements if statement["Action"] == ["ses:SendRawEmail"]]
    mail["Resource"] = "*"
    # On AWS a batch needs the permission of the single call and has none of its own; the emulator asks for one.
    for role in (resource for resource in resources.values() if resource["Type"] == "AWS::IAM::Role"):
        for statement in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]:
            if "sqs:SendMessage" in statement["Action"]:
                statement["Action"].append("sqs:SendMessageBatch")
    # The emulator's CloudFormation knows no receipt rules, and its SES receives nothing.
    for name in ("InboundRule", "InboundRuleSet"):
        assert resources.pop(name)["Condition"] == "HasInboundDomain", name
    del template["Outputs"]["InboundRuleSet"]
    # The emulator speaks plain HTTP, which these statements forbid.
    for name in [name for name, resource in resources.items() if resource["Type"] in POLICIES]:
        policy = resources[name]["Properties"]["PolicyDocument"]
        kept = [statement for statement in policy["Statement"] if statement["Sid"] != "TlsOnly"]
        assert len(kept) == len(policy["Statement"]) - 1, name
        if kept:
            policy["Statement"] = kept
        else:
            del resources[name]


def identity(template):
    """Changes a copy of `infra/email-identity.yaml`."""
    # The emulator's identities have no DKIM tokens to put out.
    for name in [name for name in template["Outputs"] if name.startswith("Dkim")]:
        del template["Outputs"][name]


def routes(gateway, template, api, function):
    """Makes the routes of an HTTP API, whose `Body` the emulator ignores. `function` is an ARN by logical id."""
    (body,) = [
        resource["Properties"]["Body"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::ApiGatewayV2::Api"
    ]
    existing = {route["RouteKey"] for route in gateway.get_routes(ApiId=api)["Items"]}
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            key = f"{'ANY' if method == 'x-amazon-apigateway-any-method' else method.upper()} {path}"
            if key in existing:
                continue
            integration = operation["x-amazon-apigateway-integration"]
            name = re.search(r"\$\{(\w+)\.Arn\}", integration["uri"]["Fn::Sub"])[1]
            target = gateway.create_integration(
                ApiId=api,
                IntegrationType=integration["type"].upper(),
                IntegrationUri=function(name),
                IntegrationMethod=integration["httpMethod"],
                PayloadFormatVersion=integration["payloadFormatVersion"],
            )["IntegrationId"]
            gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{target}")
