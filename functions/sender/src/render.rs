//! From a stored message to the bytes of one recipient's copy.

use domain::message::MessageWithCopies;
use std::collections::HashMap;

use aws::blobs;
use aws::store;
use domain::ground::id::{ImageId, MessageId};
use domain::ground::token::{Token, TokenKind, TokenSigner};
use domain::message::attachment::{Attachment, LeavesAs};
use domain::message::copy::Copy;
use domain::message::image;
use domain::message::{Body, Mailbox, Message, Recipient, RecipientRole};
use mail::attachments::{Listed, html_list, text_list, with_text_list};
use mail::merge::{self, FilledCopy, filled_copy};
use mail::plan::plan;
use mail::track::{Page, Tracked};
use mail::{compose, track};

use crate::App;

/// Why there are no bytes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// It will never be possible.
    #[error(transparent)]
    Unsendable(#[from] Unsendable),
    /// The table did not answer.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Storage did not answer.
    #[error(transparent)]
    Blobs(blobs::Error),
}

/// Why a copy can never be sent, in words for its author.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsendable {
    /// A body or a file is gone.
    #[error("the text or a file of the message is gone")]
    Missing,
    /// The template is none any more.
    #[error("the template cannot be filled: {0}")]
    Template(#[from] merge::Invalid),
    /// The template needs a value that is not there.
    #[error("the template needs a value that is not there")]
    Value,
    /// The HTML cannot be rewritten.
    #[error("the HTML is too complex to be followed: {0}")]
    Html(#[from] track::Error),
    /// The mail cannot be put together, or is too large.
    #[error("{0}")]
    Compose(#[from] compose::Error),
}

/// The bytes of one recipient's copy.
pub(crate) async fn mime(app: &App, stored: &MessageWithCopies, copy: &Copy) -> Result<Vec<u8>, Error> {
    let (message, recipient) = (&stored.message, copy.recipient);
    let tracked = message.tracked && copy.untouched.is_none();
    let FilledCopy { subject, body, .. } = filled(app.blobs.body(message.id, &message.body).await?, recipient)?;
    let body = body.unwrap_or_else(Body::empty);
    let subject = subject.as_deref().unwrap_or(&message.subject);
    let files = app.store.attachments(message.id).await?;
    // The plan is made before any file is read: ten of them may have 250 MB.
    let leaves = plan(message, &body, &files, tracked).files;
    let addresses = Addresses { signer: &app.signer, url: &app.tracking_url, message: message.id, recipient };
    let linked = linked(&addresses, &files, &leaves);
    let listed: Vec<Listed<'_>> =
        linked.iter().map(|(file, url)| Listed { filename: &file.filename, size: file.size, url }).collect();

    let body = restored(app, &body);
    let body = if tracked {
        tracked_body(app, message, &addresses, &body, &listed).await?
    } else {
        with_files(&body, &listed)
    };
    let mut attached = Vec::new();
    for (file, _) in files.iter().zip(&leaves).filter(|(_, leaves_as)| **leaves_as == LeavesAs::Attached) {
        attached.push((file, app.blobs.file(message.id, file).await?));
    }
    compose_copy(app, message, recipient, (subject, &body), &attached).map_err(Error::Unsendable)
}

/// Subject and body of this recipient's copy: filled from a template when each copy is, else as the message has them.
fn filled(body: Body, recipient: u16) -> Result<FilledCopy, Unsendable> {
    let Some(per_copy) = body.per_copy.clone() else {
        return Ok(FilledCopy { subject: None, body: Some(body), missing: Vec::new(), refused: Vec::new() });
    };
    let filled = filled_copy(&per_copy, usize::from(recipient))?;
    if !filled.missing.is_empty() || !filled.refused.is_empty() {
        return Err(Unsendable::Value);
    }
    let body = filled.body.or(Some(body));
    Ok(FilledCopy { body, ..filled })
}

/// The files that leave as links, each with its address.
fn linked<'a>(
    addresses: &Addresses<'_>,
    files: &'a [Attachment],
    leaves: &[LeavesAs],
) -> Vec<(&'a Attachment, String)> {
    let mut tracked = 0..;
    let mut linked = Vec::new();
    for ((n, file), leaves_as) in (0..).zip(files).zip(leaves) {
        let place = if file.tracked { tracked.next() } else { None };
        let address = match leaves_as {
            LeavesAs::Link => place.and_then(|place| addresses.tracked_file(place)),
            LeavesAs::UnloggedLink => addresses.file(n),
            LeavesAs::Attached => None,
        };
        linked.extend(address.map(|address| (file, address)));
    }
    linked
}

/// The body as its author wrote it, with the files that do not fit into the mail.
fn with_files(body: &Body, listed: &[Listed<'_>]) -> Body {
    let html = track::with_list(&body.html, &html_list(listed));
    let text = with_text_list(&body.text, &text_list(listed));
    Body { html, text, derived: body.derived, per_copy: None }
}

/// The body without what an earlier sending put into it.
fn restored(app: &App, body: &Body) -> Body {
    let read = |kind, segment: &str| app.signer.verify(kind, segment).ok();
    let (html, text) = (track::restored_html(&body.html, &read), track::restored_text(&body.text, &read));
    Body { html, text, derived: body.derived, per_copy: None }
}

/// The addresses of one recipient, each with a token of their own.
struct Addresses<'a> {
    signer: &'a TokenSigner,
    url: &'a str,
    message: MessageId,
    recipient: u16,
}

impl Addresses<'_> {
    /// The redirect of a link, by its place among the links of the message.
    fn link(&self, n: u16, destination: &str) -> Option<String> {
        self.address(TokenKind::Click, n, destination)
    }

    fn pixel(&self) -> Option<String> {
        self.address(TokenKind::Open, 0, "")
    }

    /// The download of a file, by its place among the tracked files of the message.
    fn tracked_file(&self, n: u16) -> Option<String> {
        self.address(TokenKind::Download, n, "")
    }

    /// The download that nobody notes, by the place of the file among all files: the same address for everybody.
    fn file(&self, n: u16) -> Option<String> {
        Addresses { recipient: 0, ..*self }.address(TokenKind::File, n, "")
    }

    fn image(&self, image: ImageId) -> Option<String> {
        self.address(TokenKind::Image, 0, &image.to_string())
    }

    fn address(&self, kind: TokenKind, index: u16, destination: &str) -> Option<String> {
        let Self { signer, url, message, recipient } = *self;
        let token = Token { kind, message, recipient, index, destination: destination.to_owned() };
        Some(format!("{url}/{}/{}", kind.path()?, signer.sign(&token)?))
    }
}

/// The body with this recipient's pixel, links and files.
async fn tracked_body(
    app: &App,
    message: &Message,
    addresses: &Addresses<'_>,
    body: &Body,
    listed: &[Listed<'_>],
) -> Result<Body, Error> {
    let links = app.store.links(message.id, message.links).await?;
    let places: HashMap<&str, u16> = links.iter().map(String::as_str).zip(0..).collect();
    let page = Page::read(&body.html).map_err(Unsendable::from)?;
    let hosted = hosted_images(app, message, &page).await?;

    let link = |destination: &str| addresses.link(*places.get(destination)?, destination);
    let image = |address: &str| addresses.image(*hosted.get(address)?);
    let pixel = addresses.pixel();
    let attachments = html_list(listed);
    let tracked = Tracked { link: &link, image: &image, pixel: pixel.as_deref(), attachments: &attachments };
    let html = page.tracked(tracked);
    let text = with_text_list(&track::text(&body.text, &link), &text_list(listed));
    Ok(Body { html, text, derived: body.derived, per_copy: None })
}

/// The images of a page that the organisation hosts, by their addresses.
async fn hosted_images(app: &App, message: &Message, page: &Page<'_>) -> Result<HashMap<String, ImageId>, Error> {
    let mut hosted = HashMap::new();
    for address in page.images() {
        if let Some(id) = image::named(address)
            && app.store.image(message.org, id).await?.is_some()
        {
            hosted.insert(address.to_owned(), id);
        }
    }
    Ok(hosted)
}

fn compose_copy(
    app: &App,
    message: &Message,
    recipient: u16,
    (subject, body): (&str, &Body),
    files: &[(&Attachment, Vec<u8>)],
) -> Result<Vec<u8>, Unsendable> {
    let host = app.host();
    let (message_id, own_id) = (format!("{}.{recipient}@{host}", message.id), format!("{}@{host}", message.id));
    let before = message.thread.iter().flat_map(|thread| &thread.references).map(String::as_str);
    let references = before.chain([own_id.as_str()]).collect();
    let reply_to = reply_address(app, message, recipient);
    let visible = |role| {
        let there = move |recipient: &&Recipient| recipient.role == role && !recipient.mailbox.is_erased();
        let recipients = message.recipients.iter().filter(there);
        recipients.map(|recipient| mailbox(&recipient.mailbox)).collect()
    };
    let attached = files.iter().map(|(file, bytes)| {
        let (filename, content_type) = (file.filename.as_str(), file.content_type.as_str());
        compose::Attached { filename, content_type, bytes }
    });
    Ok(compose::compose(&compose::Mail {
        from: mailbox(&message.from),
        reply_to: reply_to.as_deref().map(|email| compose::Mailbox { name: message.from.name.as_deref(), email }),
        to: visible(RecipientRole::To),
        cc: visible(RecipientRole::Cc),
        subject,
        html: Some(&body.html),
        text: Some(&body.text),
        message_id: &message_id,
        references,
        in_reply_to: message.thread.as_ref().map(|thread| thread.in_reply_to.as_str()),
        date_unix_seconds: message.sent_for().as_second(),
        headers: Vec::new(),
        boundary_seed: &message_id,
        attachments: attached.collect(),
    })?)
}

/// The address that this recipient's answers come to, when they come to us.
fn reply_address(app: &App, message: &Message, recipient: u16) -> Option<String> {
    let domain = app.inbound_domain.as_deref().filter(|_| message.replies_to_us)?;
    Some(format!("{}@{domain}", app.signer.sign_address(message.id, recipient)?))
}

pub(crate) fn mailbox(mailbox: &Mailbox) -> compose::Mailbox<'_> {
    compose::Mailbox { name: mailbox.name.as_deref(), email: mailbox.email.as_str() }
}
