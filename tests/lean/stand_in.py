"""Stand-ins for what a function meets on Lambda: the Runtime API, and AWS services that say yes to everything."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """A server on a free port of this machine, running until it is closed."""

    daemon_threads = True

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """Says nothing: a function that has answered everything is ended in the middle of its next request."""

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def read(self):
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in [("content-type", "application/json"), ("content-length", str(len(body))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Runtime(Server):
    """Hands out events, and tells when the function asks for the first and when it asks for one more than there are."""

    def __init__(self, events):
        self.events, self.given = events, 0
        self.started, self.finished, self.answers = threading.Event(), threading.Event(), []
        super().__init__(RuntimeHandler)


class RuntimeHandler(Handler):
    def do_GET(self):
        runtime = self.server
        runtime.started.set()
        if runtime.given == len(runtime.events):
            # The function waits here, as it would between two events.
            runtime.finished.set()
            threading.Event().wait()
        event = runtime.events[runtime.given]
        runtime.given += 1
        self.answer(200, json.dumps(event).encode(), [
            ("lambda-runtime-aws-request-id", f"8476a536-e9f4-11e8-9739-{runtime.given:012}"),
            ("lambda-runtime-deadline-ms", "4102444800000"),
            ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:lean"),
        ])

    def do_POST(self):
        self.server.answers.append(self.read())
        self.answer(202, b"{}")


class Aws(Server):
    """Counts connections and calls by name."""

    def __init__(self):
        self.connections, self.calls = 0, []
        super().__init__(AwsHandler)

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)


class AwsHandler(Handler):
    def do_POST(self):
        body = self.read()
        target = self.headers.get("x-amz-target", "")
        self.server.calls.append(target)
        message = json.loads(body).get("MessageBody", "") if target.endswith(".SendMessage") else ""
        md5 = hashlib.md5(message.encode()).hexdigest()
        self.answer(200, json.dumps({"MessageId": "1", "MD5OfMessageBody": md5} if message else {}).encode())

    def do_GET(self):
        self.server.calls.append(f"GET {self.path}")
        self.answer(200, b"{}")

    do_HEAD = do_GET
