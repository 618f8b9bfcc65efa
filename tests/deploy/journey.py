"""What authors and recipients do, from the first key to the timeline."""

import html
import re
import uuid
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import requests

from account import eventually
from stack import TRACKING_DOMAIN

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.5.0"
BUYER, CHIEF = "purchasing@example.net", "chief@example.org"
SUBJECT = "Our offer, Ünal & Söhne"
LINK = "https://example.com/angebot?a=1&b=%C3%BC#preise"
OFFER, TERMS = b"%PDF-1.7 an offer\n" * 999, "Es gelten unsere Bedingungen.\r\n".encode() * 99
PICTURE = b"GIF89a" + bytes.fromhex("01000100800000000000ffffff21f90401000000002c00000000010001000002014400003b")
BODY = f'<p>Bitte lesen Sie <a href="{html.escape(LINK)}">unser Angebot</a>. Grüße aus Köln!</p>'


def people(stack):
    """Two organisations, each with a user and a key."""
    assert "error" in stack.admin(action="create_user", org=f"org_{'0' * 32}", email="sales@example.com")

    def member(name, email):
        org = stack.admin(action="create_organisation", name=name)["org"]
        user = stack.admin(action="create_user", org=org, email=email, name="Sales")["user"]
        key = stack.admin(action="create_key", org=org, user=user)
        return SimpleNamespace(org=org, user=user, key=key, api=stack.api(key["api_key"]))

    return SimpleNamespace(ours=member("Example", "sales@example.com"), others=member("Others", "others@example.com"))


def keys_open_the_api(stack, people):
    """A key opens the API for its user, and nothing else does."""
    me = people.ours.api.call("GET", "/me")
    assert (me["user"]["id"], me["organisation"]) == (people.ours.user, people.ours.org), me
    for key in (None, "tt_nonsense", people.ours.key["api_key"][:-1] + "0"):
        answer = stack.api(key).request("GET", "/me")
        if key != people.ours.key["api_key"]:
            assert answer.status_code == 401 and answer.json()["code"] == "unauthenticated", answer.text
            assert answer.headers["content-type"] == "application/problem+json"
    assert stack.api(None).request("GET", "/openapi.json").json()["openapi"].startswith("3.1")
    extra = stack.admin(action="create_key", org=people.ours.org, user=people.ours.user)
    stack.api(extra["api_key"]).call("GET", "/me")
    assert stack.admin(action="revoke_key", id=extra["id"]) == {"revoked": extra["id"]}
    assert stack.api(extra["api_key"]).request("GET", "/me").status_code == 401


def a_request_is_done_once(stack, people):
    """A request with an Idempotency-Key is done once and answered alike."""
    key, draft = {"idempotency-key": str(uuid.uuid4())}, {"to": [{"email": BUYER}], "subject": "Once", "text": "Once."}
    first = people.ours.api.request("POST", "/messages", draft, **key)
    again = people.ours.api.request("POST", "/messages", draft, **key)
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json()), again.text
    assert again.headers["idempotent-replayed"] == "true"
    other = people.ours.api.request("POST", "/messages", {**draft, "subject": "Twice"}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused"), other.text


def a_tracked_message_leaves(stack, people):
    """A tracked message with a link and two files leaves, once for each recipient."""
    message = {"to": [{"email": BUYER, "name": "Einkauf"}], "cc": [{"email": CHIEF}], "subject": SUBJECT, "html": BODY,
               "regarding": {"type": "opportunity", "id": "o-7"}}
    files = [("Angebot.pdf", "application/pdf", True, OFFER), ("Bedingungen.txt", "text/plain", False, TERMS)]
    people.id = people.ours.api.send(message, files)
    sent = lambda: people.ours.api.call("GET", f"/messages/{people.id}")["status"] == "sent"
    eventually("the message is sent", sent)
    people.mails = {}
    for address in (BUYER, CHIEF):
        arrived = lambda: stack.account.mailbox.to(address, SUBJECT)
        eventually(f"a mail for {address}", arrived)
        ((_, mail, _),) = arrived()
        people.mails[address] = read(mail)
    buyer, chief = people.mails[BUYER], people.mails[CHIEF]
    assert {buyer.pixel, buyer.link, buyer.file}.isdisjoint({chief.pixel, chief.link, chief.file})


def read(mail):
    """What a recipient's software makes of a mail."""
    assert mail["from"].addresses[0].addr_spec == "sales@example.com"
    assert [to.addr_spec for to in mail["to"].addresses] == [BUYER], mail["to"]
    assert [cc.addr_spec for cc in mail["cc"].addresses] == [CHIEF], mail["cc"]
    page, text = mail.get_body(["html"]).get_content(), mail.get_body(["plain"]).get_content()
    assert "Grüße aus Köln!" in page and "Grüße aus Köln!" in text
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_payload(decode=True)) == ("Bedingungen.txt", TERMS)
    address = lambda kind: html.unescape(re.search(rf'"(https://[^"/]+/{kind}/[A-Za-z0-9_-]+)"', page)[1])
    assert LINK not in html.unescape(page) and address("c") in text and "Angebot.pdf" in page
    return SimpleNamespace(pixel=address("o"), link=address("c"), file=address("a"))


def the_recipient_opens_clicks_and_downloads(stack, people):
    """The recipient sees the pixel, follows the link and gets the file."""
    mail = people.mails[BUYER]
    pixel = stack.track(mail.pixel, agent=AGENT)
    assert (pixel.status_code, pixel.headers["content-type"]) == (200, "image/gif"), pixel.text
    assert pixel.content.startswith(b"GIF89a") and "no-store" in pixel.headers["cache-control"]
    click = stack.track(mail.link, agent=AGENT)
    assert (click.status_code, click.headers["location"]) == (302, LINK), click.text
    assert click.headers["referrer-policy"] == "no-referrer" and "set-cookie" not in click.headers
    download = stack.track(mail.file, agent=AGENT)
    assert download.status_code == 302, download.text
    file = requests.get(download.headers["location"], timeout=30)
    assert file.content == OFFER, file.text
    # For a version of an object the emulator leaves out the headers that a signed address asks for.
    asked = parse_qs(urlsplit(download.headers["location"]).query)
    assert asked["response-content-disposition"][0].startswith('attachment; filename="Angebot.pdf"'), asked
    assert asked["X-Amz-Expires"] == ["300"], asked


def wrong_addresses_tell_nothing(stack, people):
    """A wrong token is answered like any other, and a HEAD as a GET."""
    mail = people.mails[BUYER]
    for kind, status in (("o", 200), ("c", 404), ("a", 404)):
        right = {"o": mail.pixel, "c": mail.link, "a": mail.file}[kind]
        base, token = right.rsplit("/", 1)
        forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
        answers = [stack.track(f"{base}/{wrong}") for wrong in (forged, token[:-4], "x")]
        assert [answer.status_code for answer in answers] == [status] * 3, (kind, answers)
        assert len({answer.content for answer in answers}) == 1
    for address, status in ((mail.pixel, 200), (mail.link, 302), (mail.file, 302)):
        head = stack.track(address, "HEAD", AGENT)
        assert (head.status_code, head.content) == (status, b""), address


def the_author_sees_it_all(stack, people):
    """The author sees every event in the timeline, and only a person's in the figures."""
    timeline = people.ours.api.timeline(people.id, {"sent", "open", "click", "attachment_view"})
    verdicts = lambda kind: [e["verdict"]["class"] for e in timeline["events"] if e["kind"] == kind]
    for kind in ("open", "click", "attachment_view"):
        assert "human" in verdicts(kind), timeline["events"]
    assert {e["recipient"] for e in timeline["events"] if e["kind"] != "sent"} == {BUYER}
    assert [e["link"] for e in timeline["events"] if e["kind"] == "click"][0] == LINK
    kpis = timeline["kpis"]
    assert (kpis["opens"], kpis["link_clicks"], kpis["attachment_views"]) == (1, 1, 1), kpis
    listed = people.ours.api.call("GET", "/messages?sort=-opens")["items"][0]
    assert (listed["id"], listed["kpis"]["opens"]) == (people.id, 1), listed


def a_picture_is_hosted(stack, people):
    """A picture is uploaded once and shown to whoever knows its address."""
    announced = {"filename": "logo.gif", "content_type": "image/gif", "size": len(PICTURE)}
    picture = people.ours.api.call("POST", "/images", announced, 201)
    # The API names the host that it was called at; the tracking domain leads to the same place.
    address = f"https://{TRACKING_DOMAIN}{urlsplit(picture['url']).path}"
    assert stack.track(address).status_code == 404, "a picture that nobody uploaded is shown"
    upload = picture["upload"]
    put = requests.request(upload["method"], upload["url"], data=PICTURE, headers=upload["headers"], timeout=60)
    assert put.ok, put.text
    shown = stack.track(address)
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/gif", PICTURE), shown.text
    assert stack.track(f"https://{TRACKING_DOMAIN}/i/x").status_code == 404


def others_see_nothing(stack, people):
    """Another organisation finds none of it."""
    for path in ("", "/timeline", "/tracking"):
        answer = people.others.api.request("GET", f"/messages/{people.id}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.text
    assert people.others.api.call("GET", "/messages")["items"] == []


def an_untracked_message_is_untouched(stack, people):
    """An untracked message leaves as its author wrote it."""
    subject = "Plain"
    people.ours.api.send({"to": [{"email": BUYER}], "subject": subject, "html": BODY, "tracking": False})
    eventually("the plain mail", lambda: stack.account.mailbox.to(BUYER, subject))
    ((_, mail, _),) = stack.account.mailbox.to(BUYER, subject)
    page = mail.get_body(["html"]).get_content()
    assert html.escape(LINK) in page and "go.example.test" not in page, page


CHECKS = [
    keys_open_the_api,
    a_request_is_done_once,
    a_tracked_message_leaves,
    the_recipient_opens_clicks_and_downloads,
    wrong_addresses_tell_nothing,
    the_author_sees_it_all,
    a_picture_is_hosted,
    others_see_nothing,
    an_untracked_message_is_untouched,
]
