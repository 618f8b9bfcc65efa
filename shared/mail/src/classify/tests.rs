use jiff::civil::date;

use super::*;
use crate::parse::parse;

fn classified(headers: &str, text: &str) -> Classified {
    let raw = format!("From: Purchasing <purchasing@example.org>\r\n{}\r\n\r\n{text}", headers.replace('\n', "\r\n"));
    classify(&parse(raw.as_bytes()).unwrap(), "", false, date(2026, 11, 23))
}

fn kind(headers: &str, text: &str) -> ReplyKind {
    classified(headers, text).kind
}

const ANSWERS: &str = "In-Reply-To: <1@example.com>\n";

#[test]
fn a_person_answers() {
    for subject in [
        "Re: Our offer",
        "AW: Our offer",
        "RE: [EXT] Our offer",
        "Antw: x",
        "Our offer",
        "Rép : x",
        "Re: Fwd: Our offer",
    ] {
        let found = classified(&format!("{ANSWERS}Subject: {subject}"), "Yes, please.\r\n\r\nBest regards");
        assert_eq!((found.kind, found.reasons), (ReplyKind::Reply, vec!["header_in_reply_to"]), "{subject}");
    }
    assert_eq!(kind("Subject: x", "Is this still valid?"), ReplyKind::Reply);
    assert_eq!(kind("Subject: x", ""), ReplyKind::Other);
    // A list passes on what a person wrote.
    assert_eq!(
        kind(&format!("{ANSWERS}List-Id: <a.example.org>\nPrecedence: bulk\nSubject: x"), "Yes."),
        ReplyKind::Reply
    );
    assert_eq!(
        kind(&format!("{ANSWERS}Auto-Submitted: no\nX-Auto-Response-Suppress: OOF, DR\nSubject: x"), "Yes."),
        ReplyKind::Reply
    );
    for header in ["X-Auto-Response-Suppress: All", "Precedence: bulk", "X-Autoreply: no"] {
        assert_eq!(kind(&format!("{ANSWERS}{header}\nSubject: Re: x"), "Yes."), ReplyKind::Reply, "{header}");
    }
    let person = "I am on vacation next week, but the offer looks good. Please send the contract.";
    assert_eq!(kind(&format!("{ANSWERS}Subject: Re: x"), person), ReplyKind::Reply);
}

#[test]
fn machines_say_so_in_headers() {
    for (header, reason) in [
        ("Auto-Submitted: auto-replied", "header_auto_submitted"),
        ("Auto-Submitted: auto-generated (vacation)", "header_auto_submitted"),
        ("X-Autoreply: yes", "header_of_a_responder"),
        ("X-Autorespond: x", "header_of_a_responder"),
        ("Precedence: auto_reply", "header_precedence"),
        ("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "header_exchange_rule"),
        ("Return-Path: <>", "empty_return_path"),
    ] {
        let found = classified(&format!("{ANSWERS}{header}\nSubject: Re: x"), "Thank you for your mail.");
        assert_eq!((found.kind, found.reasons), (ReplyKind::AutoReply, vec![reason]), "{header}");
    }
}

#[test]
fn machines_without_headers_are_known_by_their_subject() {
    for subject in [
        "Automatic reply: Our offer",
        "Out of Office: Our offer",
        "Re: Auto-Reply: Our offer",
        "Automatische Antwort: Unser Angebot",
        "AW: Abwesenheitsnotiz: Unser Angebot",
        "Ich bin nicht im Büro",
        "=?UTF-8?Q?R=C3=A9ponse_automatique?= : Notre offre",
        "Absence du bureau",
        "Respuesta automática: Nuestra oferta",
        "Fuera de la oficina Re: Nuestra oferta",
        "Risposta automatica: La nostra offerta",
        "Fuori ufficio: La nostra offerta",
        "Automatisch antwoord: Onze aanbieding",
        "Afwezig: Onze aanbieding",
        "Samodejni odgovor: Naša ponudba",
        "Odsotnost: Naša ponudba",
    ] {
        assert_eq!(kind(&format!("{ANSWERS}Subject: {subject}"), "x"), ReplyKind::AutoReply, "{subject}");
    }
}

#[test]
fn machines_without_headers_and_subject_are_known_by_two_signs_in_the_text() {
    for (text, returns) in [
        (
            "Hello,\r\n\r\nI am out of the office until December 4th, 2026. In urgent cases please contact Alex.",
            Some(date(2026, 12, 4)),
        ),
        (
            "Guten Tag, ich bin bis zum 04.12.2026 nicht im Büro. In dringenden Fällen wenden Sie sich an den Empfang.",
            Some(date(2026, 12, 4)),
        ),
        (
            "Bonjour, je suis absent jusqu'au 4 décembre. En cas d'urgence, veuillez contacter l'accueil.",
            Some(date(2026, 12, 4)),
        ),
        (
            "Hola, estaré ausente hasta el 4 de diciembre de 2026. Durante mi ausencia contacte con recepción.",
            Some(date(2026, 12, 4)),
        ),
        (
            "Buongiorno, sono in ferie fino al 4 dicembre 2026. Per urgenze contattare la segreteria.",
            Some(date(2026, 12, 4)),
        ),
        (
            "Hallo, ik ben afwezig tot en met 4 december. Bij dringende zaken kunt u contact opnemen met de receptie.",
            Some(date(2026, 12, 4)),
        ),
        (
            "Pozdravljeni, do 4. decembra sem na dopustu. V nujnih primerih se obrnite na tajništvo.",
            Some(date(2026, 12, 4)),
        ),
        ("This is an automated response. We received your mail.", None),
    ] {
        let found = classified(&format!("{ANSWERS}Subject: Re: x\nContent-Type: text/plain; charset=utf-8"), text);
        assert_eq!((found.kind, found.returns_on), (ReplyKind::AutoReply, returns), "{text}");
    }
}

#[test]
fn the_quoted_mail_below_does_not_speak_for_the_answer() {
    let quoted = "Yes, we order.\r\n\r\nOn Mon, 23 Nov 2026 Sales wrote:\r\n> I am out of the office until 4 December, please contact Alex.\r\n";
    assert_eq!(kind(&format!("{ANSWERS}Subject: Re: x"), quoted), ReplyKind::Reply);
    let outlook = "Yes, we order.\r\n\r\nFrom: Sales <sales@example.com>\r\nSent: Monday, 23 November 2026\r\nTo: x\r\n\r\n\
                   I am out of the office until 4 December, please contact Alex.\r\n";
    assert_eq!(kind(&format!("{ANSWERS}Subject: Re: x"), outlook), ReplyKind::Reply);
}

#[test]
fn a_return_date_is_read_as_people_write_it() {
    for (text, want) in [
        ("until 2026-12-04", Some(date(2026, 12, 4))),
        ("until 4 December", Some(date(2026, 12, 4))),
        ("until Friday, 4 December 2026", Some(date(2026, 12, 4))),
        ("until the 4th of December", Some(date(2026, 12, 4))),
        ("until 2 January", Some(date(2027, 1, 2))),
        ("until 12/24/2026", Some(date(2026, 12, 24))),
        ("until 24/12/2026", Some(date(2026, 12, 24))),
        ("until 04/12/2026", None),
        ("until Friday", Some(date(2026, 11, 27))),
        ("until further notice", None),
        ("from 24 November until 4 December. I will be back on 7 December", Some(date(2026, 12, 7))),
        ("bis 4.12.", Some(date(2026, 12, 4))),
        ("bis einschließlich 4. Dezember", Some(date(2026, 12, 4))),
        ("ab dem 07.12.2026 wieder", Some(date(2026, 12, 7))),
        ("jusqu’au 1er janvier", Some(date(2027, 1, 1))),
        ("hasta el lunes", Some(date(2026, 11, 30))),
        ("vrnem se 7. 12. 2026", None),
        ("until 31.02.2027", None),
        ("call 0123456", None),
    ] {
        assert_eq!(returns::date("", text, date(2026, 11, 23)), want, "{text}");
    }
}

#[test]
fn what_is_passed_on_is_no_answer() {
    for subject in [
        "Fwd: Our offer",
        "FW: Our offer",
        "WG: Unser Angebot",
        "TR : Notre offre",
        "RV: Nuestra oferta",
        "I: La nostra offerta",
        "Doorst: x",
        "Posredovano: x",
        "[sales] Fwd: x",
    ] {
        let found = classified(&format!("{ANSWERS}Subject: {subject}"), "Please have a look.");
        assert_eq!((found.kind, found.reasons), (ReplyKind::Forward, vec!["subject_forward"]), "{subject}");
    }
    assert_eq!(kind("Subject: Our offer", "---------- Forwarded message ---------\r\nFrom: x\r\n"), ReplyKind::Forward);
}

#[test]
fn a_report_says_what_became_of_the_mail() {
    let report = |action: &str| {
        format!(
            "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n\
             Final-Recipient: rfc822; purchasing@example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\r\n such user\r\n\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <1@example.com>\r\nSubject: Our offer\r\n\r\nx\r\n--b--\r\n"
        )
    };
    let headers = "Subject: Delivery Status\nContent-Type: multipart/report; report-type=delivery-status; boundary=b";
    let raw =
        format!("From: MAILER-DAEMON@example.org\r\n{}\r\n\r\n{}", headers.replace('\n', "\r\n"), report("failed"));
    let mail = parse(raw.as_bytes()).unwrap();
    let found = mail.report().cloned().unwrap();
    assert_eq!(
        (found.recipients.first().map(String::as_str), found.diagnostic.as_deref()),
        (Some("purchasing@example.org"), Some("550 no such user"))
    );
    assert!(found.is_hard());
    assert_eq!(mail.attached_ids, ["1@example.com"]);
    assert_eq!(kind(headers, &report("failed")), ReplyKind::Bounce);
    assert_eq!(classified(headers, &report("delayed")).reasons, ["report_delayed"]);
    assert_eq!(kind(headers, &report("delivered")), ReplyKind::Other);
    assert_eq!(
        kind("X-Failed-Recipients: purchasing@example.org\nSubject: Mail delivery failed", "x"),
        ReplyKind::Bounce
    );
    let daemon = parse(b"From: postmaster@example.org\r\nSubject: Unzustellbar: Angebot\r\n\r\nx").unwrap();
    assert_eq!(classify(&daemon, "", true, date(2026, 11, 23)).kind, ReplyKind::Bounce);
}

#[test]
fn filters_that_want_proof_are_no_persons() {
    for headers in [
        "Subject: Please confirm your message to purchasing",
        "X-TMDA-Confirm: x\nSubject: Re: x",
        "Subject: [BoxTrapper] verification",
    ] {
        assert_eq!(kind(&format!("{ANSWERS}{headers}"), "Click here."), ReplyKind::Challenge, "{headers}");
    }
}

fn answered(sent: &str, raw: &str) -> Classified {
    classify(&parse(raw.replace('\n', "\r\n").as_bytes()).unwrap(), sent, false, date(2026, 11, 23))
}

#[test]
fn the_subject_that_was_sent_says_nothing_about_who_answers() {
    for sent in [
        "Auto: VW Golf",
        "Abwesenheitsplaner",
        "Im Urlaub sparen",
        "Out of office planning",
        "De vacaciones",
        "Failure notice boards",
    ] {
        let raw = format!("From: a@example.org\nSubject: Re: {sent}\nIn-Reply-To: <1@example.com>\n\nYes, please.\n");
        assert_eq!(answered(sent, &raw).kind, ReplyKind::Reply, "{sent}");
        let tagged = raw.replace("Re: ", "Re: [EXT] AW: ");
        assert_eq!(answered(sent, &tagged).kind, ReplyKind::Reply, "{sent}");
    }
    let note = "From: a@example.org\nSubject: Out of office: Offer\nIn-Reply-To: <1@example.com>\n\nBack on Monday.\n";
    assert_eq!(answered("Offer", note).kind, ReplyKind::AutoReply);
}

#[test]
fn marks_of_gateways_stand_before_the_words_of_a_machine() {
    for subject in [
        "[AUTO GENERATED] Ticket",
        "{External} Automatic reply: Offer",
        "(External) Out of office",
        "EXTERN: Automatische Antwort",
    ] {
        let raw = format!("From: a@example.org\nSubject: {subject}\nIn-Reply-To: <1@example.com>\n\nx\n");
        assert_eq!(answered("Offer", &raw).kind, ReplyKind::AutoReply, "{subject}");
    }
}

#[test]
fn a_person_may_speak_of_an_absence() {
    for text in [
        "The offer is fine, please send the contract. I am on vacation until Friday, so no hurry.",
        "Das Angebot passt, bitte schicken Sie den Vertrag. Ich bin im Urlaub bis Freitag.",
        "L'offre nous convient, envoyez le contrat. Je suis en cong\u{e9} jusqu'au 3 d\u{e9}cembre.",
    ] {
        let raw = format!("From: a@example.org\nSubject: Re: Offer\nIn-Reply-To: <1@example.com>\n\n{text}\n");
        assert_eq!(answered("Offer", &raw).kind, ReplyKind::Reply, "{text}");
    }
    let note = "From: a@example.org\nSubject: Re: Offer\nIn-Reply-To: <1@example.com>\n\n\
        Thank you for your message. I am out of the office until Friday.\n";
    assert_eq!(answered("Offer", note).kind, ReplyKind::AutoReply);
}

#[test]
fn servers_never_answer_as_persons() {
    for (head, text, kind, reason) in [
        ("From: MAILER-DAEMON@example.org", "Hello", ReplyKind::Bounce, "sent_by_a_server"),
        ("From: postmaster@example.org", "This is an automatic reply.", ReplyKind::AutoReply, "text_absence"),
        ("From: no-reply@example.org", "Yes, that suits us.", ReplyKind::Reply, "header_in_reply_to"),
        (
            "From: postmaster@example.org",
            "550 User unknown, could not be delivered",
            ReplyKind::Bounce,
            "text_undeliverable",
        ),
        (
            "From: mailer-daemon@example.org",
            "Warning: delivery has been delayed, we will keep trying.",
            ReplyKind::Other,
            "report_delayed",
        ),
        (
            "X-List-Administrivia: yes",
            "Your mail awaits moderator approval.",
            ReplyKind::AutoReply,
            "header_of_a_responder",
        ),
        ("X-Auto-Reply: yes", "Thanks.", ReplyKind::AutoReply, "header_of_a_responder"),
    ] {
        let raw = format!("{head}\nSubject: Re: Offer\nIn-Reply-To: <1@example.com>\n\n{text}\n");
        let found = answered("Offer", &raw);
        assert_eq!((found.kind, found.reasons.first()), (kind, Some(&reason)), "{head} {text}");
    }
}

#[test]
fn a_program_that_refers_to_no_mail_is_no_person() {
    let found = answered("Offer", "From: no-reply@example.org\nSubject: Your case\n\nYour case was closed.\n");
    assert_eq!((found.kind, found.reasons), (ReplyKind::AutoReply, vec!["sent_by_a_program"]));
}

#[test]
fn nobody_returns_before_the_note_came() {
    let raw = "From: a@example.org\nSubject: Out of office\nIn-Reply-To: <1@example.com>\n\n\
        I am out of the office. I will be back on 12.11.2026.\n";
    let found = answered("Offer", raw);
    assert_eq!((found.kind, found.returns_on), (ReplyKind::AutoReply, None));
}
