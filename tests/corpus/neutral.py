"""Puts neutral words in the place of persons: addresses, names, telephone numbers, addresses on the network.

Each word follows from a digest of what it replaces, so the same person is the same everywhere in the corpus, replies still
name the mails that they answer, and a second run makes the same files. Structure, status codes and the words of servers
stay as they are.
"""

import hashlib
import re

# What belongs to a role and to no person.
ROLES = re.compile(
    rb"^(mailer-?daemon|postmaster|mail-?daemon|mdaemon|maildaemon|daemon|root|abuse|no-?reply|do-?not-?reply|bounces?|info|"
    rb"support|sales|webmaster|hostmaster|administrator|admin|majordomo|mailman|listserv|notifications?|undisclosed|"
    rb"feedback|complaints?|autoreply|auto|vacation|user|sender|recipient|nobody|system|fbl|uunet|reports?|staff)[-+_.0-9a-z]{0,8}$",
    re.I,
)
# Reserved for examples (RFC 2606), or of this machine.
RESERVED = re.compile(rb"(^|\.)(example(\.(com|org|net))?|test|invalid|localhost|local|localdomain|internal)$", re.I)
ADDRESS = re.compile(rb"(?<![A-Za-z0-9._%+=-])([A-Za-z0-9][A-Za-z0-9._%+=$#~/&!*'?^`{|}-]*)@((?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*)")
# Hosts of large providers may be named; persons there may not.
PROVIDERS = re.compile(
    rb"(^|\.)(google|gmail|googlemail|yahoo|hotmail|outlook|live|msn|aol|microsoft|office365|icloud|apple|me|mac|comcast|cox|"
    rb"earthlink|att|verizon|web|gmx|t-online|mail|yandex|amazonses|sendgrid|mailgun|qq|163|126|sina)"
    rb"\.(com|net|org|de|ru|co\.uk|fr|cn|com\.cn|co\.jp|es|it)$",
    re.I,
)
NOT_NAMES = re.compile(
    rb"(?i)mail|deliver|system|daemon|postmaster|admin|support|team|service|list|notif|abuse|feedback|report|filter|user|"
    rb"recipient|sender|undisclosed|antispam|spam|internet|example|test|person|somebody|anonym|info|sales|server|account|^xx|bank|office"
)
PLACEHOLDERS = re.compile(rb"(?i)john|jane|doe|smith|first|last|some|foo|bar|name|dot|anne|after|absolute|bogus|unknown|random|fred|bloggs")
FIRST = b"Robin Kim Sascha Alex Noa Jule Mika Toni Luca Sam Dana Elia Jona Kaya Lou Maxi Nica Pat Rene Uli Vani Willi Yael Zoe Andrea".split()
LAST = b"Ahorn Birke Dorn Esche Farn Ginster Hasel Iris Kiefer Linde Malve Nelke Oliv Primel Quitte Rose Salbei Tanne Ulme Veil Weide Zeder".split()
NAMED = re.compile(
    rb"(?im)^[> \t|*]*(from|to|cc|bcc|reply-to|sender|x-sender|resent-from|resent-to|disposition-notification-to|von|an|de|para|da|fra|til)"
    rb"[ \t]*:((?:.*\n)(?:[ \t].*\n)*)"
)
BEFORE_ADDRESS = re.compile(rb'("(?:[^"\\\r\n]|\\.)*"|=\?[^?\s]+\?[QqBb]\?[^?\s]*\?=|[^<>,;:"()\r\n]+?)([ \t\r\n]*)<')
IN_COMMENT = re.compile(rb"\(([^()\r\n]+)\)")
WROTE = re.compile(rb"(?m)(?:,|\bon [^\n]{6,40}?) ((?:[A-Z][a-z]+ ){1,2}[A-Z][a-z]+)(?= (?:<|wrote|\[))")
IPV4 = re.compile(rb"(?<![\d.])((?:25[0-5]|2[0-4]\d|1?\d?\d)\.(?:\d{1,3})\.(?:\d{1,3})\.(?:\d{1,3}))(?![\d.])")
SIGNED = re.compile(rb"(?m)^[> \t]*-{1,2} ?([A-Z][a-z]{2,} [A-Z][a-z]{2,})[ \t]*$")
# The names in a vCard (RFC 6350, section 6.2.1) and in a calendar (RFC 5545, section 3.2.2).
CARD = re.compile(rb"(?im)^(?:item\d+\.)?FN[^:\r\n]*:([^\r\n]+)|;CN=\"?([^\";:\r\n]+)")
CARD_PHONE = re.compile(rb"(?im)^((?:item\d+\.)?TEL[^:\r\n]*:(?:tel:)?)((?:\D*\d){4})([^\r\n]*)")
HOME = re.compile(rb"/~[A-Za-z0-9_.-]+")
PHONE_LINE = re.compile(rb"(?im)^.{0,40}\b(tel|phone|fax|mobile|mob|cell|telefon|ph|direct|office|handy)\b[^\n]*\d{3}[^\n]*$")
PHONE = re.compile(rb"(?<![\w.=-])(\+\d{1,3}[ ./(-]{1,2}|\(\d{3}\) ?|\d{3}-)\d{2,4}[ .)/-]{1,2}\d{2,4}([ ./-]\d{2,5})*(?![\w.-])")


def number(word):
    """A number that follows from a word, whatever its case."""
    return int.from_bytes(hashlib.sha256(word.lower()).digest()[:6], "big")


def is_reserved(domain):
    """Whether a domain is one of the examples."""
    return bool(RESERVED.search(domain))


def domain_for(domain):
    """The example that stands for a domain."""
    return domain if is_reserved(domain) else b"d%04x.example.com" % (number(domain) % 65536)


def is_a_name(local):
    """Whether the local part of an example tells a name, as first.last does."""
    return bool(re.fullmatch(rb"[A-Za-z]{3,}[._][A-Za-z]{3,}", local)) and not NOT_NAMES.search(local) and not PLACEHOLDERS.search(local)


def address_for(local, domain):
    """The example that stands for an address."""
    if is_reserved(domain):
        return (b"p%06x" % (number(local) % 16777216) if is_a_name(local) else local) + b"@" + domain
    kept = local if ROLES.match(local) else b"p%06x" % (number(local) % 16777216)
    return kept + b"@" + domain_for(domain)


def name_for(words):
    """The neutral name for a first or last name, by their place."""
    return {0: FIRST[number(words[0]) % len(FIRST)], 1: LAST[number(words[-1]) % len(LAST)]}


def broken(word):
    """A pattern of a word that quoted-printable may have broken at any place."""
    return rb"(?:=\r?\n)?".join(re.escape(word[at : at + 1]) for at in range(len(word)))


def names_in(raw):
    """Names of persons: before the addresses in the fields of a header, in comments, and where a quotation names its author."""
    found = set()
    for field in NAMED.finditer(raw):
        for name in [one.group(1) for one in BEFORE_ADDRESS.finditer(field.group(2))] + IN_COMMENT.findall(field.group(2)):
            found.add(name.strip(b' \t\r\n"\''))
        alone = field.group(2).split(b"\n")[0].strip(b' \t\r"*')
        if re.fullmatch(rb"[A-Z][a-z]+,? (?:[A-Z]\.? )?[A-Z][a-z]+", alone):
            found.add(alone)
    found.update(WROTE.findall(raw), SIGNED.findall(raw))
    found.update((one or other).strip() for one, other in CARD.findall(raw))
    return {name for name in found if len(name) > 3 and not NOT_NAMES.search(name) and not re.search(rb"@|(?i:doe)\b|[\\=0-9]", name)} | encoded(found)


def encoded(names):
    """Those names that are encoded words (RFC 2047)."""
    return {name for name in names if name.startswith(b"=?")}


def replace_names(raw, others):
    """Puts neutral names in the place of the names of persons, whole ones first, then first and last names in the text.

    `others` are names from other mails of the corpus, which are looked for as a whole.
    """
    own = names_in(raw)
    for name in sorted(own | {name for name in others if b" " in name and name in raw}, key=lambda name: (-len(name), name)):
        if name.startswith(b"=?"):
            charset = name.split(b"?")[1]
            neutral = name_for([name, name + b"2"])
            raw = raw.replace(name, b"=?" + charset + b"?Q?" + neutral[0] + b"_" + neutral[1] + b"?=")
            continue
        words = [word for word in re.split(rb"[ ,.]+", name) if word]
        neutral = name_for(words)
        whole = neutral[1] + b", " + neutral[0] if b", " in name else neutral[0] + b" " + neutral[1]
        raw = re.sub(rb"(?<![\w])" + broken(name) + rb"(?![\w])", whole if len(words) > 1 else neutral[0], raw)
        for place, word in ((0, words[0]), (1, words[-1])):
            if name in own and len(words) > 1 and len(word) > 3 and word[:1].isupper() and word.isalpha():
                raw = re.sub(rb"(?<![\w@.-])" + broken(word) + rb"(?![\w@-])", neutral[place], raw)
    return raw


def replace_addresses(raw):
    """Puts examples in the place of mail addresses, and of the domains in them wherever else those stand."""
    joined = re.sub(rb"=\r?\n", b"", raw)
    found = {match.groups() for text in (raw, joined) for match in ADDRESS.finditer(text)}
    for local, domain in sorted(found, key=lambda pair: (-len(pair[0] + pair[1]), pair)):
        if not is_reserved(domain) or is_a_name(local):
            whole = rb"(?<![A-Za-z0-9._%+=-])" + broken(local) + rb"(?:=\r?\n)?@(?:=\r?\n)?" + broken(domain) + rb"(?![A-Za-z0-9-])"
            raw = re.sub(whole, lambda _, to=address_for(local, domain): to, raw)
    for domain in sorted({domain.lower() for _, domain in found}, key=lambda domain: (-len(domain), domain)):
        if not is_reserved(domain) and not PROVIDERS.search(domain):
            bare = rb"(?i)(?<![A-Za-z0-9-])" + broken(domain) + rb"(?![A-Za-z0-9-]|\.[A-Za-z])"
            raw = re.sub(bare, lambda _, to=domain_for(domain): to, raw)
    return raw


def replace_numbers(raw):
    """Puts networks for documentation (RFC 5737) in the place of addresses on the network, and fives in telephone numbers."""

    def network(match):
        text = match.group(1)
        if re.match(rb"(0|10|127|192\.168|192\.0\.2|198\.51\.100|203\.0\.113)\.", text):
            return text
        base = (b"192.0.2.", b"198.51.100.", b"203.0.113.")[number(text) % 3]
        return base + b"%d" % (number(text) % 253 + 1)

    def fives(match):
        return re.sub(rb"\d", b"5", match.group(0))

    def ending(match):
        return match.group(1) + match.group(2) + re.sub(rb"\d", b"5", match.group(3))

    raw = HOME.sub(b"/~person", IPV4.sub(network, raw))
    raw = CARD_PHONE.sub(ending, raw)
    head, blank, body = raw.partition(b"\n\n" if b"\n\n" in raw else b"\r\n\r\n")
    body = PHONE.sub(fives, body)
    return head + blank + PHONE_LINE.sub(lambda line: PHONE.sub(fives, line.group(0)), body)


def neutral(raw, others=frozenset()):
    """A mail, card or calendar without the persons in it. `others` are names from elsewhere in the corpus."""
    return replace_numbers(replace_addresses(replace_names(raw, others)))
