//! Words by which mails are recognised that say nothing in their headers, in English, German, French, Spanish, Italian,
//! Dutch and Slovene. All in lower case, with straight apostrophes and single spaces; [`fold`] brings texts to that form.

/// What begins the subject of an answer.
pub(super) const ANSWER: &[&str] =
    &["re", "aw", "antw", "antwort", "ré", "réf", "rép", "rif", "r", "res", "sv", "odg", "odgovor", "antwoord", "vs"];
/// What begins the subject of a mail that is passed on.
pub(super) const FORWARD: &[&str] = &[
    "fwd",
    "fw",
    "wg",
    "wtr",
    "weitergeleitet",
    "tr",
    "tr réf",
    "transfert",
    "rv",
    "reenv",
    "reenviado",
    "i",
    "inoltra",
    "inoltrato",
    "doorst",
    "doorgestuurd",
    "pd",
    "posr",
    "posredovano",
    "enc",
];

/// What begins the subject of an automatic answer.
pub(super) const AUTOMATIC: &[&str] = &[
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto:",
    "auto response",
    "auto-response",
    "autoresponse",
    "automated reply",
    "automated response",
    "automatic response",
    "[auto-reply]",
    "[autoreply]",
    "automatische antwort",
    "autom. antwort",
    "automatische rückantwort",
    "autoantwort",
    "réponse automatique",
    "reponse automatique",
    "réponse auto",
    "respuesta automática",
    "respuesta automatica",
    "contestación automática",
    "risposta automatica",
    "risposta automatic",
    "automatisch antwoord",
    "automatische reactie",
    "automatische beantwoording",
    "samodejni odgovor",
    "avtomatski odgovor",
    "avtomatično sporočilo",
    "samodejno sporočilo",
];

/// What begins the subject of an out-of-office note.
pub(super) const ABSENT: &[&str] = &[
    "out of office",
    "out of the office",
    "out-of-office",
    "ooo:",
    "i am out of the office",
    "i'm out of the office",
    "i am away",
    "away from the office",
    "on vacation",
    "on holiday",
    "on annual leave",
    "vacation notice",
    "abwesenheit",
    "abwesend",
    "ich bin nicht im büro",
    "nicht im büro",
    "nicht im haus",
    "bin im urlaub",
    "im urlaub",
    "urlaubsmeldung",
    "urlaubsbenachrichtigung",
    "außer haus",
    "absence du bureau",
    "absent du bureau",
    "absente du bureau",
    "message d'absence",
    "notification d'absence",
    "je suis absent",
    "en congé",
    "absence :",
    "absence:",
    "fuera de la oficina",
    "fuera de oficina",
    "ausencia",
    "ausente",
    "estoy de vacaciones",
    "de vacaciones",
    "fuori ufficio",
    "fuori sede",
    "assenza",
    "assente",
    "sono in ferie",
    "in ferie",
    "afwezig",
    "niet op kantoor",
    "niet aanwezig",
    "met vakantie",
    "op vakantie",
    "buiten kantoor",
    "odsotnost",
    "odsoten",
    "odsotna",
    "nisem v pisarni",
    "zunaj pisarne",
    "izven pisarne",
    "sem na dopustu",
    "na dopustu",
];

/// Sentences by which a machine says that it is one.
pub(super) const TEXT_AUTOMATIC: &[&str] = &[
    "this is an automatic reply",
    "this is an automated reply",
    "this is an automated response",
    "this is an automatic response",
    "this is an auto-reply",
    "this is an automated message",
    "this is an auto generated",
    "this email was generated automatically",
    "dies ist eine automatische",
    "dies ist eine automatisch",
    "diese nachricht wurde automatisch",
    "diese e-mail wurde automatisch",
    "ceci est un message automatique",
    "ceci est une réponse automatique",
    "ce message est généré automatiquement",
    "esta es una respuesta automática",
    "este es un mensaje automático",
    "este mensaje se ha generado automáticamente",
    "questa è una risposta automatica",
    "questo è un messaggio automatico",
    "messaggio generato automaticamente",
    "dit is een automatisch",
    "dit bericht is automatisch",
    "to je samodejni odgovor",
    "to je avtomatski odgovor",
    "to je samodejno sporočilo",
    "to sporočilo je samodejno",
];

/// Sentences of somebody who is not there.
pub(super) const TEXT_ABSENT: &[&str] = &[
    "out of office",
    "out of the office",
    "away from the office",
    "away from my desk",
    "not in the office",
    "i am on vacation",
    "i'm on vacation",
    "on annual leave",
    "on holiday until",
    "i am on holiday",
    "on leave until",
    "on parental leave",
    "on maternity leave",
    "currently away",
    "limited access to my email",
    "limited access to email",
    "no access to my email",
    "nicht im büro",
    "nicht im haus",
    "nicht erreichbar",
    "im urlaub",
    "außer haus",
    "nicht am arbeitsplatz",
    "bin abwesend",
    "wieder erreichbar",
    "wieder im büro",
    "elternzeit",
    "nur eingeschränkt erreichbar",
    "derzeit abwesend",
    "je suis absent",
    "je suis actuellement absent",
    "je suis en congé",
    "absent du bureau",
    "absente du bureau",
    "absent jusqu'au",
    "absente jusqu'au",
    "de retour le",
    "suis actuellement en déplacement",
    "estoy fuera de la oficina",
    "fuera de la oficina",
    "estoy de vacaciones",
    "estaré ausente",
    "estoy ausente",
    "me encuentro fuera",
    "fuori ufficio",
    "sono in ferie",
    "sono assente",
    "sarò assente",
    "non sono in ufficio",
    "fuori sede",
    "niet op kantoor",
    "ben afwezig",
    "met vakantie",
    "op vakantie",
    "ben ik afwezig",
    "buiten kantoor",
    "niet aanwezig",
    "nisem v pisarni",
    "sem odsoten",
    "sem odsotna",
    "bom odsoten",
    "bom odsotna",
    "sem na dopustu",
    "na dopustu",
    "odsoten do",
    "odsotna do",
    "dosegljiv šele",
    "nisem dosegljiv",
];

/// What such a person adds: until when, and whom to ask meanwhile.
pub(super) const TEXT_MEANWHILE: &[&str] = &[
    "until",
    "returning on",
    "return on",
    "back on",
    "will be back",
    "in my absence",
    "during my absence",
    "in urgent cases",
    "for urgent matters",
    "if your matter is urgent",
    "if urgent",
    "please contact",
    "will reply",
    "will respond",
    "upon my return",
    "when i return",
    "bis zum",
    "bis einschließlich",
    " bis ",
    "ab dem",
    "wieder am",
    "in dringenden fällen",
    "wenden sie sich",
    "vertretung",
    "nach meiner rückkehr",
    "nicht weitergeleitet",
    "melde mich",
    "jusqu'au",
    "à partir du",
    "de retour",
    "en cas d'urgence",
    "en mon absence",
    "veuillez contacter",
    "vous pouvez contacter",
    "à mon retour",
    "hasta el",
    "a partir del",
    "regreso",
    "volveré",
    "en caso de urgencia",
    "durante mi ausencia",
    "póngase en contacto",
    "contacte con",
    "a mi regreso",
    "fino al",
    "a partire dal",
    "rientro",
    "tornerò",
    "per urgenze",
    "in caso di urgenza",
    "durante la mia assenza",
    "contattare",
    "al mio ritorno",
    "tot en met",
    " tot ",
    "vanaf",
    "terug op",
    "weer aanwezig",
    "bij dringende",
    "voor dringende",
    "tijdens mijn afwezigheid",
    "contact opnemen",
    "na mijn terugkeer",
    " do ",
    "vrnem",
    "ponovno",
    "v nujnih primerih",
    "v času moje odsotnosti",
    "med mojo odsotnostjo",
    "obrnite na",
    "ob vrnitvi",
];

/// What begins the subject of a mail that could not be delivered.
pub(super) const UNDELIVERABLE: &[&str] = &[
    "undeliverable",
    "undelivered mail",
    "undelivered message",
    "delivery status notification (failure)",
    "delivery failure",
    "delivery failed",
    "mail delivery failed",
    "mail delivery failure",
    "mail system error",
    "returned mail",
    "failure notice",
    "message delivery failure",
    "delivery has failed",
    "mail could not be delivered",
    "mail delivery problem",
    "unzustellbar",
    "nicht zustellbar",
    "zustellung fehlgeschlagen",
    "zustellfehler",
    "fehler bei der zustellung",
    "non remis",
    "non distribuable",
    "échec de remise",
    "échec de la remise",
    "message non distribué",
    "no se puede entregar",
    "no entregado",
    "error de entrega",
    "devolución de correo",
    "no se pudo entregar",
    "non recapitabile",
    "mancato recapito",
    "impossibile recapitare",
    "messaggio non recapitato",
    "onbestelbaar",
    "niet bezorgd",
    "bezorging mislukt",
    "kan niet worden bezorgd",
    "nedostavljivo",
    "ni bilo mogoče dostaviti",
    "dostava ni uspela",
    "neuspela dostava",
    "nedostavljeno",
];

/// What a spam filter asks that wants proof.
pub(super) const CHALLENGE: &[&str] = &[
    "please confirm your message",
    "please confirm your email",
    "confirm you are human",
    "verify you are human",
    "your message requires verification",
    "your email requires verification",
    "message awaiting verification",
    "action required to deliver your",
    "awaiting your verification",
    "sender verification",
    "boxtrapper",
    "challenge response",
    "bestätigen sie ihre nachricht",
    "bestätigung ihrer nachricht erforderlich",
    "confirmez votre message",
    "confirme su mensaje",
    "confermare il messaggio",
    "bevestig uw bericht",
    "potrdite svoje sporočilo",
];

/// Lower case, straight apostrophes, single spaces.
pub(super) fn fold(text: &str) -> String {
    let straight = text.to_lowercase().replace(['’', '‘'], "'");
    straight.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a folded text has one of the phrases; it is taken to begin and end with a space.
pub(super) fn contains(text: &str, phrases: &[&str]) -> bool {
    let text = format!(" {} ", fold(text));
    phrases.iter().any(|phrase| text.contains(phrase))
}

/// Whether a subject begins with one of the phrases, after prefixes of answers.
pub(super) fn begins(subject: &str, phrases: &[&str]) -> bool {
    let subject = fold(subject);
    let subject = without_prefixes(&subject, ANSWER);
    phrases.iter().any(|phrase| subject.starts_with(phrase))
}

/// Whether a subject begins with one of the prefixes, after names of lists in brackets.
pub(super) fn has_prefix(subject: &str, prefixes: &[&str]) -> bool {
    let subject = fold(subject);
    prefix(without_tags(&subject)).is_some_and(|(found, _)| prefixes.contains(&found))
}

fn without_prefixes<'a>(subject: &'a str, prefixes: &[&str]) -> &'a str {
    let mut rest = without_tags(subject);
    while let Some((_, after)) = prefix(rest).filter(|(found, _)| prefixes.contains(found)) {
        rest = without_tags(after);
    }
    rest
}

/// `[list] ` at the beginning.
fn without_tags(subject: &str) -> &str {
    let mut rest = subject.trim_start();
    while let Some((tag, after)) = rest.strip_prefix('[').and_then(|tagged| tagged.split_once(']')) {
        if tag.starts_with("auto") || after.trim().is_empty() {
            return rest;
        }
        rest = after.trim_start();
    }
    rest
}

/// `re`, `re[2]`, `re(3)` or `re^2` before a colon, which French sets apart with a space.
fn prefix(subject: &str) -> Option<(&str, &str)> {
    let (before, after) = subject.split_once([':', '：'])?;
    let name = before.split(['[', '(', '^']).next()?.trim();
    (name.chars().count() <= 16).then_some((name, after))
}
