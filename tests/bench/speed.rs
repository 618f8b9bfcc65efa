//! How fast it is. Times depend on the machine and on what else it does: the middle one of several rounds is printed.

use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::ground::id::MessageId;
use domain::ground::keyring::KeyRing;
use domain::ground::token::{Token, TokenKind, TokenSigner};
use jiff::SignedDuration;
use mail::compose::{Mail, Mailbox, compose};
use mail::{text, track};

use crate::mails;
use crate::table::Row;
use crate::world::{World, offer, start};

const SIZES: [usize; 3] = [10, 50, 200];
const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(60);

/// Rewriting and composing, over the bytes that go in.
pub fn composing() -> Vec<Row> {
    let signer = TokenSigner::new(&KeyRing::new(1, [(1, vec![7; 32])].into()).unwrap());
    let address = |kind, destination: &str| {
        let message = MessageId::new(start(), [7; 10]);
        let token = Token { kind, message, recipient: 0, index: 0, destination: destination.to_owned() };
        format!("https://t.example.com/c/{}", signer.sign(&token).unwrap())
    };
    let pixel = address(TokenKind::Open, "");
    let destination = "https://example.com/catalogue/item-12?lang=en&ref=offer#specification";
    // One address for all links, as signing is a row of its own.
    let wrapped = address(TokenKind::Click, destination);
    let signing = median(&|| drop(black_box(address(TokenKind::Click, destination))));
    let mut rows = vec![Row::time("signing the address of a link", micros(signing))];
    for size in SIZES {
        let html = mails::html(size);
        let plain = text::from_html(&html);
        let links = track::Page::read(&html).unwrap().destinations(&plain).len();
        let rewrite = || {
            track::Page::read(&html).unwrap().tracked(track::Tracked {
                link: &|_| Some(wrapped.clone()),
                pixel: Some(&pixel),
                ..track::Tracked::default()
            })
        };
        let rewritten = rewrite();
        let rewriting = median(&|| drop(black_box(rewrite())));
        rows.push(Row::time(&format!("rewriting {size} KB of HTML with {links} links"), rate(html.len(), rewriting)));
        let deriving = median(&|| drop(black_box(text::from_html(&html))));
        rows.push(Row::time(&format!("text from {size} KB of HTML"), rate(html.len(), deriving)));
        let composing = median(&|| drop(black_box(compose(&mail(&rewritten, &plain)).unwrap())));
        let bytes = rewritten.len() + plain.len();
        rows.push(Row::time(&format!("MIME of {} KB, read back", bytes / 1000), rate(bytes, composing)));
    }
    rows
}

/// Opens through the front of the API, pixel, queue and recorder, in memory.
pub async fn opens() -> Vec<Row> {
    const MESSAGES: u32 = 50;
    const OPENS: u32 = 20;
    let world = World::new().await;
    for _ in 0..MESSAGES {
        world.send(offer()).await;
    }
    let pixels: Vec<String> = world.received().iter().map(crate::world::Received::pixel).collect();
    let (mut answering, began) = (Duration::ZERO, Instant::now());
    for _ in 0..OPENS {
        world.advance(SignedDuration::from_mins(1));
        let round = Instant::now();
        for pixel in &pixels {
            world.visit(pixel).await;
        }
        answering += round.elapsed();
        world.settle().await;
    }
    let all = began.elapsed();
    let per_second = |time: Duration| format!("{:.0}/s", f64::from(MESSAGES * OPENS) / time.as_secs_f64());
    vec![
        Row::time("opens answered, one after the other", per_second(answering)),
        Row::time(&format!("opens answered and recorded, {MESSAGES} messages in turn"), per_second(all)),
    ]
}

fn mail<'a>(html: &'a str, text: &'a str) -> Mail<'a> {
    Mail {
        from: Mailbox { name: Some("Søren Sales"), email: "sales@example.com" },
        reply_to: None,
        to: vec![Mailbox { name: Some("Purchasing"), email: "purchasing@example.org" }],
        cc: vec![],
        subject: "Angebot für Sie",
        html: Some(html),
        text: Some(text),
        message_id: "1.0@t.example.com",
        references: vec!["1@t.example.com"],
        in_reply_to: None,
        date_unix_seconds: start().as_second(),
        headers: vec![],
        boundary_seed: "1.0@t.example.com",
        attachments: vec![],
    }
}

/// The time of one run, in the middle of several rounds of many runs.
fn median(run: &dyn Fn()) -> Duration {
    let mut rounds: Vec<Duration> = (0..ROUNDS).map(|_| round(run)).collect();
    rounds.sort();
    rounds[ROUNDS / 2]
}

fn round(run: &dyn Fn()) -> Duration {
    let (began, mut runs) = (Instant::now(), 0);
    while began.elapsed() < ROUND {
        run();
        runs += 1;
    }
    began.elapsed() / runs
}

fn rate(bytes: usize, time: Duration) -> String {
    let kilobytes = f64::from(u32::try_from(bytes).unwrap()) / 1000.0;
    format!("{:.0} MB/s, {}", kilobytes / 1000.0 / time.as_secs_f64(), micros(time))
}

fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}
