//! Families of software, and the rules that tell them.

use serde::{Deserialize, Serialize};

use super::program::is_program;
use super::{Rule, first, has, names_one_of};

/// A family of software that fetches pixels, links and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// Gmail's image proxy: fetched when a person opens, device hidden.
    GmailProxy,
    /// Yahoo Mail's image proxy.
    YahooProxy,
    /// Seznam's image proxy.
    SeznamProxy,
    /// Superhuman's image proxy.
    Superhuman,
    /// The image proxy of another webmail, such as ukr.net or Rambler.
    WebmailProxy,
    /// Gmail's prefetch of unread threads, before anybody looks.
    GmailPrefetch,
    /// Apple Mail Privacy Protection: everything is fetched after delivery, read or not.
    AppleMailPrivacy,
    /// A program that says what it is: crawlers, link checkers, security scanners, HTTP libraries.
    Script,
    /// No agent was sent at all.
    Absent,
    /// Outlook on any device.
    Outlook,
    /// Apple Mail without privacy protection.
    AppleMail,
    /// Thunderbird, also under Debian's name Icedove.
    Thunderbird,
    /// Gmail's own app.
    GmailApp,
    /// HCL Notes, once Lotus Notes.
    Notes,
    /// Another mail program of a person, such as eM Client or Postbox.
    MailProgram,
    /// Microsoft Edge.
    Edge,
    /// Internet Explorer, also as a mode of Edge.
    InternetExplorer,
    /// Samsung Internet or Samsung Email.
    Samsung,
    /// Opera.
    Opera,
    /// Firefox.
    Firefox,
    /// Chrome and other browsers of its family.
    Chrome,
    /// Safari.
    Safari,
    /// Another browser of a person.
    Browser,
    /// Something that is none of these.
    Other,
}

impl Client {
    /// The name to show to a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::GmailProxy | Self::GmailPrefetch | Self::GmailApp => "Gmail",
            Self::YahooProxy => "Yahoo Mail",
            Self::SeznamProxy => "Seznam Email",
            Self::Superhuman => "Superhuman",
            Self::WebmailProxy => "Webmail",
            Self::AppleMailPrivacy | Self::AppleMail => "Apple Mail",
            Self::Script => "Program",
            Self::Absent | Self::Other => "Unknown",
            Self::Outlook => "Outlook",
            Self::Thunderbird => "Thunderbird",
            Self::Notes => "Notes",
            Self::MailProgram => "Mail program",
            Self::Edge => "Edge",
            Self::InternetExplorer => "Internet Explorer",
            Self::Samsung => "Samsung",
            Self::Opera => "Opera",
            Self::Firefox => "Firefox",
            Self::Chrome => "Chrome",
            Self::Safari => "Safari",
            Self::Browser => "Browser",
        }
    }

    /// True for the image proxy of a mail provider, which fetches when a person looks.
    pub fn is_image_proxy(self) -> bool {
        use Client::{GmailProxy, SeznamProxy, Superhuman, WebmailProxy, YahooProxy};
        matches!(self, GmailProxy | YahooProxy | SeznamProxy | Superhuman | WebmailProxy)
    }

    /// True when the fetch comes from a provider's server, so that the device stays unknown.
    pub fn is_relay(self) -> bool {
        self.is_image_proxy() || matches!(self, Self::GmailPrefetch | Self::AppleMailPrivacy)
    }
}

/// Sent by Gmail's prefetcher for every unread thread: three browsers in one line.
const GMAIL_PREFETCH: &str = "chrome/42.0.2311.135 safari/537.36 edge/12.246 mozilla/5.0";

/// Image proxies of mail providers, which all say that they are one.
const PROXIES: &[Rule<Client>] = &[
    (|agent| has(agent, &["googleimageproxy", "ggpht.com"]), Client::GmailProxy),
    (|agent| agent.contains("yahoomailproxy"), Client::YahooProxy),
    (|agent| has(agent, &["seznamemailproxy", "seznammailproxy"]), Client::SeznamProxy),
    (|agent| has(agent, &["mail.ukr.net", "imageproxy", "mailproxy"]), Client::WebmailProxy),
];

/// Machines, and what looks like them.
const MACHINES: &[Rule<Client>] = &[
    (str::is_empty, Client::Absent),
    (|agent| agent.contains("superhuman"), Client::Superhuman),
    (is_program, Client::Script),
    (|agent| agent.ends_with(GMAIL_PREFETCH), Client::GmailPrefetch),
    (is_apple_privacy, Client::AppleMailPrivacy),
];

/// Mail programs of persons.
const MAIL: &[Rule<Client>] = &[
    (|agent| agent.contains("outlook"), Client::Outlook),
    (|agent| has(agent, &["ms-office", "microsoft office"]), Client::Script),
    (|agent| has(agent, &["thunderbird", "icedove"]), Client::Thunderbird),
    (|agent| agent.starts_with("android-gmail"), Client::GmailApp),
    (|agent| has(agent, &["lotus-notes", "hcl notes"]), Client::Notes),
    (|agent| names_one_of(agent, MAIL_PROGRAMS) || has(agent, MAIL_PHRASES), Client::MailProgram),
];

/// Browsers; the order matters, because one names those that it resembles.
const BROWSERS: &[Rule<Client>] = &[
    (|agent| agent.contains("edg") && has(agent, &["edg/", "edga/", "edge/", "edgios/"]), Client::Edge),
    (|agent| agent.contains("samsung"), Client::Samsung),
    (|agent| has(agent, &["opr/", "opera"]), Client::Opera),
    (|agent| has(agent, &["trident/", "msie "]), Client::InternetExplorer),
    (|agent| has(agent, &["firefox/", "fxios/"]), Client::Firefox),
    (|agent| has(agent, &["chrome/", "crios/", "chromium/"]), Client::Chrome),
    (|agent| agent.contains("safari/") && has(agent, APPLE), Client::Safari),
    (|agent| agent.contains("applewebkit") && has(agent, APPLE), Client::AppleMail),
    (|agent| has(agent, ENGINES), Client::Browser),
];

/// Names of one word, in order, to be searched.
pub(super) const MAIL_PROGRAMS: &[&str] = &[
    "airmail",
    "barca",
    "barcapro",
    "bluemail",
    "claws",
    "emclient",
    "entourage",
    "eudora",
    "foxmail",
    "incredimail",
    "kmail",
    "kmail2",
    "mailbar",
    "mailbird",
    "mailmate",
    "postbox",
    "spicebird",
    "sylpheed",
    "windowslivemail",
    "yahoomobilemail",
    "zimbra",
];

const MAIL_PHRASES: &[&str] = &["em client", "evolution/", "k-9 mail", "live mail", "the bat!"];

const APPLE: &[&str] = &["iphone", "ipad", "ipod", "mac os x"];

/// Engines, and words of telephones that came before them.
const ENGINES: &[&str] = &[
    "applewebkit",
    "dalvik/",
    "gecko/",
    "khtml/",
    "iemobile",
    "blackberry",
    "docomo",
    "midp",
    "netfront",
    "obigo",
    "symbian",
    "ucbrowser",
    "ucweb",
    "up.browser",
];

/// The family of an agent in lower case. What ends as browsers do is no mail program, which saves every open of a mail
/// the search for one.
pub(super) fn of(lower: &str) -> Client {
    let proxy = if has(lower, &["proxy", "ggpht"]) { first(PROXIES, lower) } else { None };
    let told = proxy.or_else(|| first(MACHINES, lower));
    let mail = || if ends_as_browser(lower) { None } else { first(MAIL, lower) };
    told.or_else(mail).or_else(|| first(BROWSERS, lower)).unwrap_or(Client::Other)
}

fn ends_as_browser(lower: &str) -> bool {
    let last = lower.rsplit(' ').next().unwrap_or_default();
    ["safari/", "firefox/", "edg/"].iter().any(|name| last.starts_with(name))
}

/// The bare `Mozilla/5.0`, or Apple's WebKit line that stops after `(KHTML, like Gecko)`.
fn is_apple_privacy(lower: &str) -> bool {
    let stops = lower.ends_with("(khtml, like gecko)") && lower.contains("applewebkit");
    lower == "mozilla/5.0" || (stops && has(lower, APPLE))
}
