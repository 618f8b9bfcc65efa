//! Whether the open of a copy will be seen, by what its recipient's mail provider does with images.

use domain::message::Recipient;

/// Whether an open will be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpensExpected {
    /// Most readers' software shows images.
    Likely,
    /// Software may show no images, or load them before anybody looks.
    Unreliable,
    /// Nothing is tracked, or the software keeps images away.
    Unlikely,
}

/// Whether the open of a copy will be seen, and why.
pub(super) fn expected(recipient: &Recipient, tracked: bool) -> (OpensExpected, &'static str) {
    if !tracked {
        return (OpensExpected::Unlikely, "this copy is not tracked");
    }
    let domain = recipient.mailbox.email.domain().to_ascii_lowercase();
    match domain.as_str() {
        "gmail.com" | "googlemail.com" => (OpensExpected::Likely, "Gmail shows images unless its user says otherwise"),
        "icloud.com" | "me.com" | "mac.com" => {
            (OpensExpected::Unreliable, "Apple Mail may load images before anybody looks")
        }
        "proton.me" | "protonmail.com" | "pm.me" | "tuta.com" | "tutanota.com" | "hey.com" => {
            (OpensExpected::Unlikely, "this provider keeps images away that would tell of an open")
        }
        _ => (OpensExpected::Unreliable, "many programs show images only when their user asks for them"),
    }
}
