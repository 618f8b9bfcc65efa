//! Mails of the corpus, broken at random, through everything that touches a stranger's bytes: pre-scan, parser,
//! classifier, thread, forward. Nothing of ours may panic, and nothing may take long.
//!
//! Two seconds by default, `FUZZ_SECONDS` otherwise; `FUZZ_SEED` repeats a run. Stable Rust has no coverage to go by, so
//! the mutations know what mails are made of.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::civil::date;
use mail::classify::classify;
use mail::compose::Mailbox;
use mail::forward::{Forward, forward};
use mail::parse::{TooComplex, parse};
use mail::thread::candidates;

/// The longest that one mail may take.
const SLOW: Duration = Duration::from_secs(2);
/// The longest mail that is made.
const LONGEST: usize = 300_000;

/// What parsers stumble over.
const WORDS: [&[u8]; 28] = [
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b"--",
    b"--b--",
    b":",
    b";",
    b"\"",
    b"<",
    b">",
    b"=?UTF-8?Q?",
    b"?=",
    b"=?utf-8?B?",
    b"=",
    b"\0",
    b"\xff\xfe",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: message/delivery-status\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Type: text/plain; charset=utf-7\r\n",
    b"boundary*0=",
    b"Action: failed\r\n",
    b"until 31.2.",
    b"In-Reply-To: <",
    b"From: \"",
    b" (comment (",
    b"Content-Type: text/calendar; method=REPLY\r\n",
];

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Xorshift: the same numbers for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or_default() % below.max(1)
    }
}

fn main() {
    let (seconds, seed) = (number("FUZZ_SECONDS").unwrap_or(2), number("FUZZ_SEED").unwrap_or(0x5eed));
    std::panic::set_hook(Box::new(|panic| {
        // The parser may give up on its own thread: such a mail is kept, and shown as unreadable.
        if panic.location().is_none_or(|place| !place.file().contains("mail-parser-")) {
            PANICS.fetch_add(1, Ordering::SeqCst);
            eprintln!("{panic}");
        }
    }));
    let (corpus, mut random) = (corpus(), Random(seed.max(1)));
    let (began, mut runs, mut refused, mut slowest) = (Instant::now(), 0_u64, 0_u64, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(seconds) {
        let raw = mutated(&corpus, &mut random);
        let start = Instant::now();
        refused += u64::from(run(&raw).is_err());
        let took = start.elapsed();
        slowest = slowest.max(took);
        runs += 1;
        let panics = PANICS.load(Ordering::SeqCst);
        assert!(
            panics == 0 && took < SLOW,
            "{panics} panics, {took:?} in run {runs} of FUZZ_SEED={seed}: {}",
            raw.escape_ascii()
        );
    }
    println!("fuzz: {runs} mails in {seconds} s, {refused} refused, slowest {slowest:?}, FUZZ_SEED={seed}");
}

#[expect(clippy::disallowed_methods, reason = "a test is told by its caller how long to run")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run(raw: &[u8]) -> Result<(), TooComplex> {
    let mail = parse(raw)?;
    classify(&mail, "Offer", raw.len().is_multiple_of(2), date(2026, 11, 24));
    candidates(&mail, &mail.recipients, Some("replies.example.com"));
    let author = Mailbox { name: None, email: "sales@example.com" };
    let as_what = Forward { author, mark: "m", message_id: "f@t.example.com", verified: false, date_unix_seconds: 0 };
    // A header that cannot be written is refused; that is an answer.
    if let Ok(bytes) = forward(raw, &mail, &as_what) {
        let head = bytes.windows(4).position(|end| end == b"\r\n\r\n").expect("a header ends");
        let head = String::from_utf8_lossy(&bytes[..head]);
        let names = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])).map(str::to_ascii_lowercase);
        let foreign = names.filter(|name| ["to:", "bcc:", "from:", "cc:"].iter().any(|field| name.starts_with(field)));
        assert!(foreign.count() <= 2, "one From and one To, whatever the original says");
    }
    Ok(())
}

fn mutated(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut mail = corpus[random.next(corpus.len())].clone();
    for _ in 0..=random.next(8) {
        let at = random.next(mail.len());
        let end = (at + random.next(200)).min(mail.len());
        match random.next(7) {
            0 if !mail.is_empty() => mail[at] = u8::try_from(random.next(256)).unwrap_or_default(),
            1 => drop(mail.drain(at..end)),
            2 => {
                let word = WORDS[random.next(WORDS.len())].repeat(1 + random.next(3));
                drop(mail.splice(at..at, word));
            }
            3 => {
                let part = mail[at..end].repeat(1 + random.next(50));
                drop(mail.splice(at..at, part));
            }
            4 => {
                let other = &corpus[random.next(corpus.len())];
                let from = random.next(other.len());
                drop(mail.splice(at.., other[from..].to_vec()));
            }
            5 => drop(mail.splice(at..at, WORDS[random.next(WORDS.len())].repeat(random.next(400)))),
            _ => mail.truncate(end),
        }
        mail.truncate(LONGEST);
    }
    mail
}

fn corpus() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let mut mails: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "eml")).collect();
    mails.sort();
    mails.iter().map(|path| fs::read(path).unwrap()).collect()
}
