"""Requests of recipients as API Gateway hands them to a function, with tokens that the function accepts."""

import base64
import hashlib
import hmac

MASTER = bytes(range(32))
KEY_ID = 1
KEY_RING = f'{{"active": {KEY_ID}, "{KEY_ID}": "{base64.b64encode(MASTER).decode()}"}}'
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


def token(kind, destination=""):
    """A token as `domain::token` signs it: HKDF (RFC 5869) for the key of its kind, HMAC-SHA256 cut to 16 bytes."""
    purpose = {"o": "open", "c": "click"}[kind]
    extracted = hmac.digest(bytes(32), MASTER, hashlib.sha256)
    key = hmac.digest(extracted, f"telltale/v1/{purpose}".encode() + b"\x01", hashlib.sha256)
    signed = bytes([1, ord(kind), KEY_ID]) + bytes(16) + bytes(4) + destination.encode()
    mac = hmac.digest(key, signed, hashlib.sha256)[:16]
    return base64.urlsafe_b64encode(signed + mac).rstrip(b"=").decode()


def event(kind, number, destination=""):
    """A `GET` of a pixel (`o`) or a link (`c`)."""
    path = token(kind, destination)
    route = f"GET /{kind}/{{token}}"
    http = {"method": "GET", "path": f"/{kind}/{path}", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": AGENT}
    headers = {"host": "t.example.com", "user-agent": AGENT, "accept": "image/avif,image/webp,*/*;q=0.8",
               "accept-encoding": "gzip, deflate, br", "accept-language": "en", "x-forwarded-for": "203.0.113.7",
               "x-forwarded-port": "443", "x-forwarded-proto": "https"}
    return {
        "version": "2.0", "routeKey": route, "rawPath": f"/{kind}/{path}", "rawQueryString": "", "headers": headers,
        "requestContext": {"accountId": "123456789012", "apiId": "abcdefghij", "domainName": "t.example.com",
                           "http": http, "requestId": f"JKJaXmPLv{number:06}=", "routeKey": route, "stage": "$default",
                           "time": "23/Nov/2026:08:00:00 +0000", "timeEpoch": 1795420800123},
        "pathParameters": {"token": path}, "isBase64Encoded": False,
    }
