//! From a stored message to the bytes of one recipient's copy.

use domain::message::MessageWithCopies;
use std::collections::HashMap;

use aws::blobs;
use aws::store;
use domain::ground::id::ImageId;
use domain::ground::token::{Token, TokenKind};
use domain::message::attachment::{self, Attachment};
use domain::message::copy::Copy;
use domain::message::image;
use domain::message::{Body, Mailbox, Message, Recipient, RecipientRole};
use mail::attachments::{Listed, html_list, text_list};
use mail::track::Tracked;
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
    let body = app.blobs.body(message.id, &message.body).await?;
    let files = app.store.attachments(message.id).await?;
    let body = if tracked { tracked_body(app, message, recipient, &body, &files).await? } else { body };
    let direct: Vec<&Attachment> = files.iter().filter(|file| !(tracked && file.tracked)).collect();
    let bytes = usize::try_from(direct.iter().map(|file| file.size).sum::<u64>()).unwrap_or(usize::MAX);
    if bytes > compose::MAX_BYTES {
        // Known before anything is read: ten files may have 250 MB.
        return Err(Unsendable::from(compose::Error::TooLarge { bytes }).into());
    }
    let mut attached = Vec::new();
    for file in direct {
        attached.push((file, app.blobs.file(message.id, file).await?));
    }
    compose_copy(app, message, recipient, &body, &attached).map_err(Error::Unsendable)
}

/// The body with this recipient's pixel, links and files.
async fn tracked_body(
    app: &App,
    message: &Message,
    recipient: u16,
    body: &Body,
    files: &[Attachment],
) -> Result<Body, Error> {
    let links = app.store.links(message.id, message.links).await?;
    let index: HashMap<&str, u16> = links.iter().map(String::as_str).zip(0..).collect();
    let sign = |kind, index, destination: &str| {
        let token = Token { kind, message: message.id, recipient, index, destination: destination.to_owned() };
        app.signer.sign(&token)
    };
    let address = |path, token: Option<String>| token.map(|token| format!("{}/{path}/{token}", app.tracking_url));
    let wrap = |destination: &str| address("c", sign(TokenKind::Click, *index.get(destination)?, destination));
    let pixel = address("o", sign(TokenKind::Open, 0, ""));
    let linked: Vec<(&Attachment, String)> = (0..)
        .zip(attachment::tracked(files))
        .filter_map(|(index, file)| Some((file, address("a", sign(TokenKind::Download, index, ""))?)))
        .collect();
    let listed = linked.iter().map(|(file, url)| Listed { filename: &file.filename, size: file.size, url });
    let listed: Vec<Listed<'_>> = listed.collect();
    let hosted = hosted_images(app, message, &body.html).await?;
    let image = |src: &str| address("i", sign(TokenKind::Image, 0, &hosted.get(src)?.to_string()));
    let files = html_list(&listed);
    let tracked = Tracked { link: &wrap, image: &image, pixel: pixel.as_deref(), attachments: &files };
    let html = track::html(&body.html, tracked).map_err(Unsendable::from)?;
    Ok(Body { html, text: format!("{}{}", track::text(&body.text, &wrap), text_list(&listed)) })
}

/// The images of a body that the organisation hosts, by their addresses.
async fn hosted_images(app: &App, message: &Message, html: &str) -> Result<HashMap<String, ImageId>, Error> {
    let mut hosted = HashMap::new();
    for address in track::images(html).map_err(Unsendable::from)? {
        if let Some(id) = image::named(&address)
            && app.store.image(message.org, id).await?.is_some()
        {
            hosted.insert(address, id);
        }
    }
    Ok(hosted)
}

fn compose_copy(
    app: &App,
    message: &Message,
    recipient: u16,
    body: &Body,
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
        subject: &message.subject,
        html: Some(&body.html),
        text: Some(&body.text),
        message_id: &message_id,
        references,
        in_reply_to: message.thread.as_ref().map(|thread| thread.in_reply_to.as_str()),
        date_unix_seconds: message.send_at.unwrap_or(message.created_at).as_second(),
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
