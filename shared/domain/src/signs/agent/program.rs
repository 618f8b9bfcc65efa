//! Programs that say what they are: crawlers, link checkers, security scanners, HTTP libraries.
//!
//! They give a name that ends in *bot* or the like, or an address to complain to. Names of telephones may be anything
//! (*M bot 60*, *Spider 8*, *RUBY*), and companies write their names into browsers (*Abbott*, *Banca Caboto*), so names
//! are compared as whole words, and the device that Android names is left out.

use super::{has, words};

/// Google's machines (`AppEngine-Google`, `Google-AMPHTML`), a remark inside the words of WebKit, or one in a second
/// comment.
const PHRASES: &[&str] = &["-google", "google-", "(khtml, like gecko;", ") (compatible;"];

/// An address, as no browser sends one, and parts of names.
const PARTS: &[&str] = &["://", ".com/", "crawl", "spider"];

/// How agents begin that are persons' elsewhere: telephones run Java, and a messenger that shows a page names itself
/// at the end.
const STARTS: &[&str] = &["go-http-client", "java/", "whatsapp/"];

/// How the names of programs end, but for a number.
const ENDINGS: &[&str] = &[
    "agent",
    "bot",
    "bots",
    "checker",
    "fetcher",
    "inspector",
    "monitor",
    "preview",
    "scan",
    "scanner",
    "scraper",
    "verifier",
];

/// Names that end so and are none: makers of telephones, families, and `User-Agent:` before a browser's own.
const NAMES: &[&str] = &["abbot", "agent", "cubot", "talbot", "turbot"];

/// Programs by their names, without a number, in order, to be searched.
pub(super) const PROGRAMS: &[&str] = &[
    "axios",
    "barracuda",
    "cardyb",
    "catchpoint",
    "curl",
    "dareboost",
    "dmbrowser",
    "existence",
    "facebookexternalhit",
    "favicon",
    "fetch",
    "forcepoint",
    "headlesschrome",
    "httpclient",
    "libwww",
    "lighthouse",
    "linkcheck",
    "mimecast",
    "nutch",
    "okhttp",
    "perl",
    "phantomjs",
    "proofpoint",
    "ptst",
    "python",
    "ruby",
    "safelinks",
    "scanning",
    "sophos",
    "statuscake",
    "symantec",
    "tmes",
    "transcoder",
    "urlcheck",
    "wget",
    "www",
    "www",
];

/// True when an agent in lower case names a program.
pub(super) fn is_program(lower: &str) -> bool {
    let told = without_device(lower);
    STARTS.iter().any(|start| lower.starts_with(start))
        || has(lower, PHRASES)
        || has(&told, PARTS)
        || has_mailbox(&told)
        || words(&told).any(names_program)
}

/// True for `name@example`, not for `android@88.0`.
fn has_mailbox(text: &str) -> bool {
    text.split_once('@').is_some_and(|(before, after)| {
        before.ends_with(|c: char| c.is_alphanumeric()) && after.starts_with(|c: char| c.is_ascii_alphabetic())
    })
}

fn names_program(word: &str) -> bool {
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let ends = ENDINGS.iter().any(|ending| name.ends_with(ending)) && !NAMES.contains(&name);
    ends || PROGRAMS.binary_search(&name).is_ok()
}

/// The agent without the name of a telephone, which follows `Android` in the first comment:
/// `(Linux; Android 9; M bot 60)`. Some apps write no parentheses.
fn without_device(lower: &str) -> String {
    let Some((before, comment)) = lower.split_once('(') else { return before_device(lower).to_owned() };
    let mut depth = 1;
    let end = comment.find(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth == 0
    });
    let (comment, after) = comment.split_at(end.unwrap_or(comment.len()));
    format!("{before}({}{after}", before_device(comment))
}

/// UC Browser writes `Adr`, `KaiOS` writes `Mobile`.
fn before_device(comment: &str) -> &str {
    let mut systems = ["android", "; adr ", "mobile;"].into_iter();
    systems.find_map(|system| comment.split_once(system)).map_or(comment, |(before, _)| before)
}
