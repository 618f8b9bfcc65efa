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
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0", C::Thunderbird, D::Desktop),
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

/// What Chrome says on Android, on a telephone of this name.
fn android(model: &str) -> String {
    format!(
        "Mozilla/5.0 (Linux; Android 9; {model} Build/PPR1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
    )
}

const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

#[test]
fn telephones_may_be_named_like_programs() {
    for model in ["M bot 60", "C Bot Tab 80", "RUBY", "Perla", "Spider 8", "CUBOT_X18 (2)", "Robot", "Crawler-X"] {
        let got = Agent::of(Some(&android(model)));
        assert_eq!((got.client, got.device), (Client::Chrome, Device::Mobile), "{model}");
        for other in [
            format!("Dalvik/2.1.0 (Linux; U; Android 9; {model} Build/PPR1)"),
            format!("Dalvik/2.1.0 Linux; U; Android 9; {model} Build/PPR1"),
            format!("UCWEB/2.0 (Linux; U; Adr 4.4.2; en-US; {model}) U2/1.0.0 UCBrowser/10.7 U2/1.0.0 Mobile"),
        ] {
            assert_eq!(Agent::of(Some(&other)).client, Client::Browser, "{other}");
        }
        let crawler = format!("{} (compatible; Examplebot/2.1; +http://www.example.com/bot.html)", android(model));
        assert_eq!(Agent::of(Some(&crawler)).client, Client::Script, "{model}");
    }
}

#[test]
fn companies_may_write_their_names_into_browsers() {
    for name in ["Banca Caboto s.p.a.", "Abbott Laboratories", "Talbot", "Superlatives", "Javanese", "Perlmutter"] {
        let explorer = format!("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; {name})");
        assert_eq!(Agent::of(Some(&explorer)).client, Client::InternetExplorer, "{name}");
        assert_eq!(Agent::of(Some(&format!("{CHROME} {name}/1.0"))).client, Client::Chrome, "{name}");
    }
}

#[test]
fn programs_are_found_behind_the_name_of_a_browser() {
    for agent in [
        &format!("{CHROME} MicrosoftPreview/2.0 +https://aka.ms/MicrosoftPreview"),
        "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) MicrosoftPreview/2.0",
        "Mozilla/5.0 (compatible; +https://example.com/about)",
        &format!("{CHROME} (compatible; +https://example.com)"),
        "Mozilla/5.0 (en-us) AppleWebKit/525.13 (KHTML, like Gecko; Google Web Preview) Version/3.1 Safari/525.13",
        "AppEngine-Google; (+http://code.google.com/appengine; appid: s~example)",
        &format!("{CHROME} AppEngine-Google"),
        "Cardyb/1.1 (+mailto:support@example.com)",
        "Mozilla/5.0 (compatible; Examplebot/1.0)",
        "Mozilla/5.0 (Linux; Android 8.0; Pixel 2; Storebot-Google/1.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/81.0 Safari/537.36",
        &format!("{CHROME} PTST/391"),
        "Java/17.0.2",
        "Go-http-client/2.0",
        "node-fetch/1.0",
        "Examplething (www.example.com)",
        "libwww-perl/6.72",
        "Ruby",
        "WhatsApp/2.23.20.0",
        "TelegramBot (like TwitterBot)",
    ] {
        assert_eq!(Agent::of(Some(agent)).client, Client::Script, "{agent}");
    }
}

#[test]
fn persons_have_mail_programs_and_old_browsers() {
    use Client as C;
    for (agent, client) in [
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", C::InternetExplorer),
        ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Trident/7.0; .NET4.0C)", C::InternetExplorer),
        ("Mozilla/4.0 (compatible; Lotus-Notes/6.0; Windows-NT)", C::Notes),
        (&format!("{CHROME} eM Client/7.1.30794.0"), C::MailProgram),
        ("Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10.6; rv:1.9.1.8) Gecko/20100317 Postbox/1.1.3", C::MailProgram),
        ("Mozilla/5.0 (X11; Linux i686; rv:45.0) Gecko/20100101 Icedove/45.2.0 Lightning/4.7.2", C::Thunderbird),
        ("Airmail 1.0 rv:148 (Macintosh; Mac OS X 10.8.3; en_BE)", C::MailProgram),
        ("Android-Gmail/64253000 (sw411dp; 420dpi)", C::GmailApp),
        ("Mozilla/5.0 (Linux; U; Android 4.0; en) AppleWebKit/534.30 Version/4.0 Mobile Safari/534.30", C::Browser),
        (&format!("User-Agent: {CHROME}"), C::Chrome),
        (&format!("{} Telegram-Android/10.9", android("Pixel 8")), C::Chrome),
        (&format!("{} (Ecosia android@131.0.0.0)", android("Pixel 8")), C::Chrome),
    ] {
        let got = Agent::of(Some(agent));
        assert_eq!((got.client, got.outdated), (client, false), "{agent}");
    }
}

#[test]
fn webmail_asks_through_its_own_proxy() {
    for agent in [
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/55.0 Safari/537.36 (via proxy.example - mail.ukr.net proxy)",
        "RamblerMail/6.0 (incompatible; ImageProxy/6.0)",
    ] {
        let got = Agent::of(Some(agent));
        assert_eq!((got.client, got.device), (Client::WebmailProxy, Device::Unknown), "{agent}");
        assert!(got.client.is_image_proxy() && got.client.is_relay());
    }
}

#[test]
fn lists_are_in_order() {
    assert!(client::MAIL_PROGRAMS.is_sorted() && program::PROGRAMS.is_sorted());
}
