//! What must hold for every input.

use crate::reversible::{assert_only_links_changed, wrap};
use mail::{compose, text, track};
use proptest::prelude::*;

/// A piece of HTML with the destinations of the links in it that are to be tracked.
type Piece = (String, Vec<String>);

/// An address as an author may write it, and where it leads.
fn address() -> impl Strategy<Value = (String, String)> {
    let host = prop_oneof![Just("www.example.com"), Just("EXAMPLE.com:8080"), Just("192.0.2.1"), Just("[2001:db8::1]")];
    let scheme = prop_oneof![Just("https"), Just("http"), Just("HTTPS")];
    (scheme, host, "(/[a-zA-Z0-9._~%!$&'()*+,;=:@{}|^`\\[\\]äß日😀 -]{0,12}){0,3}(\\?[a-z&=%#ü;/?{}]{0,20})?")
        .prop_filter_map("an address that is tracked", |(scheme, host, tail)| {
            let written = format!("{scheme}://{host}{tail}");
            let destination = track::destination(&written)?;
            Some((written, destination))
        })
}

/// Writes an address as an attribute value, in one of the ways there are.
fn attribute((written, destination): (String, String), way: u8) -> Piece {
    let escaped = htmlize::escape_all_quotes(written.as_str()).into_owned();
    let numeric = |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("&#{};", u32::from(c)) };
    let html = match way {
        0 => format!("<a href=\"{escaped}\">x</a>"),
        1 => format!("<A class='y'\n HREF = '{escaped}' >x</A>"),
        2 => format!("<area href=\" \n{escaped}\t\"/>"),
        3 => format!("<a data-x=1 href={} id=z>x</a>", written.chars().map(numeric).collect::<String>()),
        _ => format!("<p><a href=\"{}\"><b>x</p>", written.chars().map(numeric).collect::<String>()),
    };
    (html, vec![destination])
}

/// Something in which no link is to be tracked.
fn untouched() -> impl Strategy<Value = Piece> {
    let link = address().prop_map(|(written, _)| htmlize::escape_all_quotes(written).into_owned());
    (link, 0..10_u8).prop_map(|(link, way)| {
        let html = match way {
            0 => format!("<!-- <a href=\"{link}\"> -->"),
            1 => format!("<!--[if mso]><v:rect href=\"{link}\"></v:rect><![endif]-->"),
            2 => format!("<a href=\"{link}\" data-no-track>x</a>"),
            3 => format!("<blockquote type=\"cite\"><p><a href=\"{link}\">x</a></blockquote>"),
            4 => format!("<div class=\"a gmail_quote b\"><div><a href='{link}'>x</a></div></div>"),
            5 => format!("<img src=\"{link}\" srcset=\"{link} 2x\">"),
            6 => format!("<textarea><a href=\"{link}\"></textarea>"),
            7 => format!("<style>/* <a href=\"{link}\"> */</style>"),
            8 => format!("<a title=\"{link}\">{}</a>", link.replace('<', "&lt;")),
            _ => format!("<a href=\"mailto:a@example.com?body={link}\">x</a>"),
        };
        (html, Vec::new())
    })
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        4 => (address(), 0..5_u8).prop_map(|(address, way)| attribute(address, way)),
        3 => untouched(),
        2 => "[a-zäß日 &;\r\n\u{a0}]{0,20}".prop_map(|words| (words, Vec::new())),
        1 => prop_oneof![
            Just("<table><tr><td>"), Just("</td></tr></table>"), Just("<p>"), Just("</p>"), Just("<br/>"), Just("<div>"),
            Just("</div>"), Just("</span>"), Just("<ul><li>"), Just("<![if !mso]>"), Just("<o:p></o:p>"), Just("< "), Just("&lt;"),
        ].prop_map(|markup| (markup.to_owned(), Vec::new())),
    ]
}

/// A document with the destinations in it, in order.
fn document() -> impl Strategy<Value = Piece> {
    let frame = prop_oneof![
        Just(("", "")),
        Just(("<html><body>", "</body></html>")),
        Just(("\u{feff}<!DOCTYPE html><html><head><title>x</title></head>\r\n<BODY class=y>", "</BODY></html>\n")),
    ];
    (frame, prop::collection::vec(piece(), 0..12)).prop_map(|((start, end), pieces)| {
        let html: String = pieces.iter().map(|(html, _)| html.as_str()).collect();
        (format!("{start}{html}{end}"), pieces.into_iter().flat_map(|(_, links)| links).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_link_is_wrapped_once_and_nothing_else_changes((html, destinations) in document()) {
        let tracked = track::Page::read(&html).unwrap().tracked(track::Tracked { link: &wrap, ..track::Tracked::default() });
        prop_assert_eq!(assert_only_links_changed(&html, &tracked), destinations);
    }

    #[test]
    fn nothing_changes_when_nothing_is_wrapped((html, _) in document()) {
        prop_assert_eq!(track::Page::read(&html).unwrap().tracked(track::Tracked::default()), html);
    }

    #[test]
    fn what_is_put_in_can_be_taken_out_again((html, _) in document()) {
        let tracked = track::Page::read(&html).unwrap().tracked(track::Tracked { pixel: Some("PIXEL"), attachments: "[FILES]", ..track::Tracked::default() });
        let start = tracked.find("<img src=\"PIXEL\"").unwrap();
        let end = start + tracked[start..].find('>').unwrap() + 1;
        let plain = format!("{}{}", &tracked[..start], &tracked[end..]);
        prop_assert_eq!(plain.replacen("[FILES]", "", 1), html);
    }

    #[test]
    fn any_string_is_taken(html in any::<String>(), attachments in "[a-z]{0,5}") {
        let same = track::Page::read(&html).unwrap().tracked(track::Tracked::default());
        prop_assert_eq!(&same, &html);
        track::Page::read(&html).unwrap().tracked(track::Tracked { link: &wrap, pixel: Some("x"), attachments: &attachments, ..track::Tracked::default() });
        track::text(&html, &wrap);
        text::to_html(&text::from_html(&html));
        let _ = track::destination(&html);
    }

    #[test]
    fn any_markup_is_taken(html in "(<|>|/|a|href|=|\"|'|!|--|\\[|\\]| |http://a.test|div|class|gmail_quote|blockquote|type=cite|body|html|head|style|svg|&amp;|\u{e4}){0,60}") {
        let tracked = track::Page::read(&html).unwrap().tracked(track::Tracked { link: &wrap, ..track::Tracked::default() });
        let plain = track::Page::read(&html).unwrap().tracked(track::Tracked::default());
        assert_only_links_changed(&plain, &tracked);
        text::from_html(&html);
    }

    #[test]
    fn a_destination_leads_where_the_author_wanted((written, destination) in address()) {
        prop_assert!(url::Url::parse(&written).is_ok());
        prop_assert_eq!(url::Url::parse(&destination), url::Url::parse(&written));
        prop_assert!(destination.bytes().all(|b| b.is_ascii_graphic()), "{}", destination);
        prop_assert_eq!(track::destination(&destination), Some(destination));
    }

    #[test]
    fn any_destination_can_stand_in_a_header(written in "https?://\\PC{0,40}") {
        if let Some(destination) = track::destination(&written) {
            prop_assert!(url::Url::parse(&written).is_ok());
        prop_assert_eq!(url::Url::parse(&destination), url::Url::parse(&written));
            prop_assert!(destination.bytes().all(|b| b.is_ascii_graphic()), "{}", destination);
            prop_assert_eq!(track::destination(&destination), Some(destination));
        }
    }

    #[test]
    fn text_keeps_everything_but_links(lines in prop::collection::vec(("[a-zä(<]{0,5} ?", prop::option::of(address()), "[a-z]{0,5}"), 0..8)) {
        let text: String = lines.iter().map(|(before, link, after)| match link {
            Some((_, destination)) => format!("{before}\n<{destination}> {after}\r\n"),
            None => format!("{before} {after}\n"),
        }).collect();
        let expected = lines.iter().filter_map(|(_, link, _)| link.as_ref()).fold(text.clone(), |text, (_, destination)| {
            text.replacen(&format!("<{destination}>"), &format!("<{}>", wrap(destination).unwrap()), 1)
        });
        prop_assert_eq!(track::text(&text, &wrap), expected);
        prop_assert_eq!(track::text(&text, &|_| None), text);
    }

    #[test]
    fn text_survives_as_html(paragraphs in prop::collection::vec(prop::collection::vec("[a-zA-Z0-9ä<&\"'.,!?]{1,8}( {1,3}[a-zA-Z0-9;&]{1,8}){0,4}", 1..4), 1..4)) {
        let text = paragraphs.iter().map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n") + "\n";
        prop_assert_eq!(text::from_html(&text::to_html(&text)), text);
    }

    #[test]
    fn what_is_composed_reads_back(subject in "[\\PC&&[^\u{2028}\u{2029}]]{0,60}", name in "[\\PC&&[^\u{2028}\u{2029}]]{0,40}", filename in "[\\PC&&[^\u{2028}\u{2029}]]{1,60}", body in any::<String>(), bytes in any::<Vec<u8>>()) {
        let file = compose::Attached { filename: &filename, content_type: "text/plain", bytes: &bytes };
        let mail = compose::Mail {
            from: compose::Mailbox { name: Some(&name), email: "a@example.com" },
            reply_to: None,
            to: vec![compose::Mailbox { name: Some(&name), email: "b@example.com" }],
            cc: Vec::new(),
            subject: &subject,
            html: Some(&body),
            text: Some(&body),
            message_id: "1@example.com",
            references: Vec::new(),
            in_reply_to: None,
            date_unix_seconds: 0,
            headers: vec![("X-Crm", &subject)],
            boundary_seed: &subject,
            attachments: if filename.trim().is_empty() { Vec::new() } else { vec![file] },
        };
        // It compares what it built with what was meant itself.
        prop_assert_eq!(compose::compose(&mail).map(|_| ()), Ok(()));
        prop_assert_eq!(compose::compose(&mail), compose::compose(&mail));
    }

    #[test]
    fn no_value_starts_another_header(value in "[a-z]{0,9}(\r\n|\n|\r|\u{0}|\u{85}|\u{2028})[A-Za-z:\r\n ]{0,20}", place in 0..4_u8) {
        let mailbox = |name| compose::Mailbox { name, email: "a@example.com" };
        let mail = compose::Mail {
            from: mailbox(Some(if place == 0 { &value } else { "A" })),
            reply_to: None,
            to: vec![mailbox(None)],
            cc: Vec::new(),
            subject: if place == 1 { &value } else { "S" },
            html: None,
            text: Some(&value),
            message_id: if place == 2 { &value } else { "1@example.com" },
            references: Vec::new(),
            in_reply_to: None,
            date_unix_seconds: 0,
            headers: vec![("X-Crm", if place == 3 { &value } else { "v" })],
            boundary_seed: &value,
            attachments: Vec::new(),
        };
        let refused = matches!(compose::compose(&mail), Err(compose::Error::Refused { reason: compose::Reason::Control, .. }));
        prop_assert!(refused);
    }
}
