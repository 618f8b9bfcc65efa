//! What a `User-Agent` says about who fetched something, reduced to families before anything is stored.
//!
//! Fingerprints of mail proxies and prefetchers come from the vendors' own notes and from published
//! measurements (Gmail's image proxy and prefetcher, Apple Mail Privacy Protection, Yahoo, Seznam).

use serde::{Deserialize, Serialize};

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
    /// Thunderbird.
    Thunderbird,
    /// Microsoft Edge.
    Edge,
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
    /// Something that is none of these.
    Other,
}

impl Client {
    /// The name to show to a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::GmailProxy | Self::GmailPrefetch => "Gmail",
            Self::YahooProxy => "Yahoo Mail",
            Self::SeznamProxy => "Seznam Email",
            Self::Superhuman => "Superhuman",
            Self::AppleMailPrivacy | Self::AppleMail => "Apple Mail",
            Self::Script => "Program",
            Self::Absent | Self::Other => "Unknown",
            Self::Outlook => "Outlook",
            Self::Thunderbird => "Thunderbird",
            Self::Edge => "Edge",
            Self::Samsung => "Samsung",
            Self::Opera => "Opera",
            Self::Firefox => "Firefox",
            Self::Chrome => "Chrome",
            Self::Safari => "Safari",
        }
    }

    /// True when the fetch comes from a provider's server, so that the device stays unknown.
    pub fn is_relay(self) -> bool {
        use Client::{AppleMailPrivacy, GmailPrefetch, GmailProxy, SeznamProxy, Superhuman, YahooProxy};
        matches!(self, GmailProxy | YahooProxy | SeznamProxy | Superhuman | GmailPrefetch | AppleMailPrivacy)
    }
}

/// The kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A computer.
    Desktop,
    /// A telephone.
    Mobile,
    /// A tablet.
    Tablet,
    /// Hidden by a proxy, or not told.
    Unknown,
}

/// The operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum System {
    /// Windows.
    Windows,
    /// macOS.
    Macos,
    /// iOS and iPadOS.
    Ios,
    /// Android.
    Android,
    /// Linux and Chrome OS.
    Linux,
    /// Hidden by a proxy, or not told.
    Unknown,
}

/// All that is kept of a `User-Agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Agent {
    /// The family.
    #[serde(rename = "c")]
    pub client: Client,
    /// The kind of device.
    #[serde(rename = "d")]
    pub device: Device,
    /// The operating system.
    #[serde(rename = "s")]
    pub system: System,
    /// A browser so old that hardly a person uses it; scanners send such names.
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    pub outdated: bool,
}

/// Sent by Gmail's prefetcher for every unread thread: three browsers in one line.
const GMAIL_PREFETCH: &str = "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0";
/// Chrome versions below this are years old (100 came in 2022).
const OLDEST_CHROME: u32 = 90;

const SCRIPTS: [&str; 33] = [
    "spider",
    "crawl",
    "curl/",
    "wget/",
    "python",
    "go-http-client",
    "okhttp",
    "java/",
    "headless",
    "phantomjs",
    "bingpreview",
    "skypeuripreview",
    "whatsapp",
    "telegram",
    "httpclient",
    "libwww",
    "node-fetch",
    "axios",
    "scanner",
    "facebookexternalhit",
    "barracuda",
    "proofpoint",
    "mimecast",
    "tmes",
    "existence discovery",
    "safelinks",
    "symantec",
    "forcepoint",
    "sophos",
    "urlcheck",
    "linkcheck",
    "ruby",
    "perl",
];

impl Agent {
    /// Reduces a `User-Agent` header; `None` or an empty one is [`Client::Absent`].
    pub fn of(user_agent: Option<&str>) -> Self {
        let agent = user_agent.unwrap_or_default().trim();
        let lower = agent.to_ascii_lowercase();
        let client = client(agent, &lower);
        if client.is_relay() || matches!(client, Client::Script | Client::Absent) {
            return Self { client, device: Device::Unknown, system: System::Unknown, outdated: false };
        }
        let outdated = version_after(&lower, "chrome/").is_some_and(|version| version < OLDEST_CHROME);
        Self { client, device: device(&lower), system: system(&lower), outdated }
    }
}

fn client(agent: &str, lower: &str) -> Client {
    let has = |part: &str| lower.contains(part);
    match () {
        () if agent.is_empty() => Client::Absent,
        () if has("googleimageproxy") || has("ggpht.com") => Client::GmailProxy,
        () if has("yahoomailproxy") => Client::YahooProxy,
        () if has("seznamemailproxy") => Client::SeznamProxy,
        () if has("superhuman") => Client::Superhuman,
        () if agent.contains(GMAIL_PREFETCH) => Client::GmailPrefetch,
        () if is_apple_privacy(agent) => Client::AppleMailPrivacy,
        () if is_script(lower) => Client::Script,
        () if has("outlook") => Client::Outlook,
        () if has("ms-office") || has("microsoft office") => Client::Script,
        () if has("thunderbird") => Client::Thunderbird,
        () if has("edg/") || has("edga/") || has("edgios/") || has("edge/") => Client::Edge,
        () if has("samsung") => Client::Samsung,
        () if has("opr/") || has("opera") => Client::Opera,
        () if has("firefox/") || has("fxios/") => Client::Firefox,
        () if has("chrome/") || has("crios/") || has("chromium/") => Client::Chrome,
        () if has("safari/") => Client::Safari,
        () if has("applewebkit") && (has("iphone") || has("ipad") || has("mac os x")) => Client::AppleMail,
        () => Client::Other,
    }
}

/// The bare `Mozilla/5.0`, or a WebKit line that stops after `(KHTML, like Gecko)`.
fn is_apple_privacy(agent: &str) -> bool {
    agent == "Mozilla/5.0" || (agent.contains("AppleWebKit") && agent.ends_with("(KHTML, like Gecko)"))
}

fn is_script(lower: &str) -> bool {
    // Cubot is a maker of telephones.
    let bot = lower.contains("bot") && !lower.contains("cubot");
    bot || SCRIPTS.iter().any(|part| lower.contains(part))
}

fn device(lower: &str) -> Device {
    let has = |part: &str| lower.contains(part);
    match () {
        () if has("ipad") || has("tablet") || (has("android") && !has("mobile")) => Device::Tablet,
        () if has("iphone") || has("mobile") || has("android") => Device::Mobile,
        () if has("windows") || has("macintosh") || has("x11") || has("cros") || has("linux") => Device::Desktop,
        () => Device::Unknown,
    }
}

fn system(lower: &str) -> System {
    let has = |part: &str| lower.contains(part);
    match () {
        () if has("iphone") || has("ipad") || has("ios") => System::Ios,
        () if has("android") => System::Android,
        () if has("windows") => System::Windows,
        () if has("mac os x") || has("macintosh") => System::Macos,
        () if has("linux") || has("x11") || has("cros") => System::Linux,
        () => System::Unknown,
    }
}

fn version_after(lower: &str, name: &str) -> Option<u32> {
    let (_, rest) = lower.split_once(name)?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_devices_are_told_apart() {
        use Client as C;
        use Device as D;
        for (agent, client, device) in [
            (
                "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
                C::GmailProxy,
                D::Unknown,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0",
                C::GmailPrefetch,
                D::Unknown,
            ),
            ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", C::YahooProxy, D::Unknown),
            ("Mozilla/5.0", C::AppleMailPrivacy, D::Unknown),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
                C::AppleMailPrivacy,
                D::Unknown,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
                C::AppleMail,
                D::Mobile,
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                C::Safari,
                D::Tablet,
            ),
            (
                "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.17928; ms-office; MSOffice 16)",
                C::Outlook,
                D::Desktop,
            ),
            ("Outlook-iOS/723.4027091.prod.iphone (4.28.0)", C::Outlook, D::Mobile),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0",
                C::Thunderbird,
                D::Desktop,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                C::Chrome,
                D::Desktop,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                C::Chrome,
                D::Mobile,
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                C::Chrome,
                D::Tablet,
            ),
            ("Microsoft Office Existence Discovery", C::Script, D::Unknown),
            ("curl/8.5.0", C::Script, D::Unknown),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", C::Script, D::Unknown),
            (
                "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                C::Chrome,
                D::Mobile,
            ),
            ("", C::Absent, D::Unknown),
            ("some mail program", C::Other, D::Unknown),
        ] {
            let got = Agent::of(Some(agent));
            assert_eq!((got.client, got.device), (client, device), "{agent}");
        }
        assert_eq!(Agent::of(None).client, C::Absent);
    }

    #[test]
    fn browsers_of_scanners_are_outdated() {
        let scanner = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/72.0.3626.109 Safari/537.36";
        assert!(Agent::of(Some(scanner)).outdated);
        assert!(!Agent::of(Some(&scanner.replace("72", "131"))).outdated);
    }
}
