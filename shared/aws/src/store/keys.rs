//! Every key of the table, formatting beside parsing.
//!
//! Sort keys are chosen so that what is read together lies together: `COPY#…` and `META` of a message are one range,
//! its hits (`SEGMENT#…`) are another.

use data_encoding::HEXLOWER;
use domain::ground::id::{
    ActivityId, AttachmentId, AuditId, CardId, EventId, ImageId, MessageId, OrgId, TemplateId, UserId,
};
use domain::people::activity::Activity;
use domain::people::address::EmailAddress;
use domain::people::record::{RecordId, RecordRef};
use domain::team::api_key::KeyId;
use domain::time::due::{Due, Minute, Tick, Work, shard};
use domain::time::instant;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// The address of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// The partition.
    pub(crate) pk: String,
    /// The place in it.
    pub(crate) sk: String,
}

fn key(pk: String, sk: impl Into<String>) -> Key {
    Key { pk, sk: sk.into() }
}

/// An organisation.
pub(super) fn org(org: OrgId) -> Key {
    key(format!("ORG#{org}"), "ORG")
}

/// The settings of an organisation.
pub(super) fn settings(org: OrgId) -> Key {
    key(format!("ORG#{org}"), "SETTINGS")
}

/// The prefix of the sort keys of users.
pub(super) const USER: &str = "USER#";
/// The prefix of the sort keys of an organisation's keys.
pub(super) const KEY: &str = "KEY#";

/// A user of an organisation.
pub(super) fn user(org: OrgId, user: UserId) -> Key {
    key(format!("ORG#{org}"), format!("{USER}{user}"))
}

/// Whose an address is in an organisation.
pub(super) fn login(org: OrgId, email: &EmailAddress) -> Key {
    key(format!("ORG#{org}"), format!("LOGIN#{}", email.key()))
}

/// An API key, by its public part.
pub(super) fn api_key(id: &KeyId) -> Key {
    key(format!("KEY#{}", id.public_part()), "KEY")
}

/// That an organisation has a key.
pub(super) fn api_key_of(org: OrgId, id: &KeyId) -> Key {
    key(format!("ORG#{org}"), format!("{KEY}{}", id.public_part()))
}

/// The partition of an organisation's audit log.
pub(super) fn audit(org: OrgId) -> String {
    format!("AUDIT#{org}")
}

/// A line of the audit log. Ids sort by time.
pub(super) fn audit_line(org: OrgId, line: AuditId) -> Key {
    key(audit(org), line.to_string())
}

/// The partition of a message.
pub(super) fn message_partition(message: MessageId) -> String {
    format!("MSG#{message}")
}

/// A message without its body.
pub(super) fn message(message: MessageId) -> Key {
    key(message_partition(message), META)
}

/// The sort key of a message.
pub(super) const META: &str = "META";
/// What the sort keys of copies begin with.
pub(super) const COPY: &str = "COPY#";
/// What the sort keys of attachments begin with.
pub(super) const ATTACHMENT: &str = "ATT#";
/// What the sort keys of segments of hits begin with.
pub(super) const HITS: &str = "SEGMENT#";

/// One recipient's copy.
pub(super) fn copy(message: MessageId, recipient: u16) -> Key {
    key(message_partition(message), format!("{COPY}{recipient:02}"))
}

/// A file of a message.
pub(super) fn attachment(message: MessageId, attachment: AttachmentId) -> Key {
    key(message_partition(message), format!("{ATTACHMENT}{attachment}"))
}

/// How many addresses of links one item holds: 150 of at most 2,000 bytes stay below DynamoDB's 400 KB.
pub(super) const LINKS_PER_ITEM: usize = 150;

/// A part of the addresses of a message's links.
pub(super) fn links(message: MessageId, part: usize) -> Key {
    key(message_partition(message), format!("URLS#{part:03}"))
}

/// Where the address of one link lies: its item, and its place in the item's list `urls`.
pub(crate) fn link(message: MessageId, index: u16) -> (Key, usize) {
    let index = usize::from(index);
    (links(message, index / LINKS_PER_ITEM), index % LINKS_PER_ITEM)
}

/// A segment of the log of hits. Two batches that share their first hit must not overwrite each other, so the
/// content is part of the name.
pub(super) fn hits(message: MessageId, first: EventId, hash: &str) -> Key {
    key(message_partition(message), format!("{HITS}{first}#{hash}"))
}

/// The partition of the figures of an owner's messages: one query reads them all.
pub(super) fn figures_partition(org: OrgId, owner: UserId) -> String {
    format!("SUMMARY#{org}#{owner}")
}

/// The figures of one message.
pub(super) fn figures(org: OrgId, owner: UserId, message: MessageId) -> Key {
    key(figures_partition(org, owner), message.to_string())
}

/// The partition of the index of an owner's messages.
pub(super) fn owner(org: OrgId, owner: UserId) -> String {
    format!("OWNER#{org}#{owner}")
}

/// The place of a message in the index of its owner.
pub(super) fn owner_position(at: Timestamp, message: MessageId) -> String {
    format!("{}#{message}", instant::format(at))
}

/// The message at a place of the index.
pub(super) fn parse_owner_position(position: &str) -> Option<(Timestamp, MessageId)> {
    let (at, message) = position.split_once('#')?;
    Some((at.parse().ok()?, message.parse().ok()?))
}

/// The answer of a request that may be repeated. Every key belongs to a path, so that one may be used again elsewhere.
pub(super) fn idempotency(org: OrgId, hash: &str) -> Key {
    key(format!("IDEM#{org}#{hash}"), "IDEM")
}

/// The partition of a record.
pub(super) fn record_partition(org: OrgId, record: &RecordRef) -> String {
    format!("REC#{org}#{}#{}", record.kind.as_str(), record.id.as_str())
}

/// The record whose partition this is.
pub(super) fn parse_record_partition(org: OrgId, pk: &str) -> Option<RecordRef> {
    let (kind, id) = pk.strip_prefix(&format!("REC#{org}#"))?.split_once('#')?;
    format!("{kind}:{id}").parse().ok()
}

/// A record.
pub(super) fn record(org: OrgId, record: &RecordRef) -> Key {
    key(record_partition(org, record), "RECORD")
}

/// The partition of the index of an organisation's records.
pub(super) fn records(org: OrgId) -> String {
    format!("RECORDS#{org}")
}

/// The place of a record in that index: by when it was saved.
pub(super) fn record_position(at: Timestamp, record: &RecordRef) -> String {
    format!("{}#{record}", instant::format(at))
}

/// The record at a place of that index.
pub(super) fn parse_record_position(position: &str) -> Option<(Timestamp, RecordRef)> {
    let (at, record) = position.split_once('#')?;
    Some((at.parse().ok()?, record.parse().ok()?))
}

/// The partition of an account: the records that belong to it.
pub(super) fn members(org: OrgId, account: &RecordId) -> String {
    format!("MEMBERS#{org}#{}", account.as_str())
}

/// That a record belongs to an account.
pub(super) fn member(org: OrgId, account: &RecordId, record: &RecordRef) -> Key {
    key(members(org, account), record.to_string())
}

/// What the sort keys of a record's ledger begin with.
pub(super) const CONSENT: &str = "CONSENT#";

/// A line of a record's ledger. The record's version keeps two lines of one instant apart.
pub(super) fn consent(org: OrgId, record: &RecordRef, at: Timestamp, version: u32) -> Key {
    key(record_partition(org, record), format!("{CONSENT}{}#{version:010}", instant::format(at)))
}

/// Until when an objection held that no record of the address tells any more. By the hash of the address.
pub(super) fn objection(org: OrgId, email: &EmailAddress) -> Key {
    key(format!("OBJECTION#{org}#{}", hash(email)), "OBJECTION")
}

/// What the sort keys of activities begin with.
pub(super) const ACTIVITY: &str = "ACT#";

/// An activity of a record.
pub(super) fn activity(org: OrgId, record: &RecordRef, at: Timestamp, id: ActivityId) -> Key {
    key(record_partition(org, record), format!("{ACTIVITY}{}#{id}", instant::format(at)))
}

/// The place of an activity, by its id alone.
pub(super) fn task(org: OrgId, id: ActivityId) -> Key {
    key(format!("TASK#{org}#{id}"), "TASK")
}

/// The partition of the index of what an owner has to do.
pub(super) fn tasks(org: OrgId, owner: UserId) -> String {
    format!("TASKS#{org}#{owner}")
}

/// The prefix of the places of open tasks.
pub(super) const OPEN: &str = "0#";
/// The prefix of the places of tasks that are done.
pub(super) const DONE: &str = "1#";

/// The place of a task in that index: open ones first, by when they are due; those without a time last.
pub(super) fn task_position(activity: &Activity) -> String {
    let state = if activity.done_at.is_some() { DONE } else { OPEN };
    let due = activity.due.map_or_else(|| "~".to_owned(), instant::format);
    format!("{state}{due}#{}", activity.id)
}

/// The partition of an address: the records that have it.
pub(super) fn addresses(org: OrgId, email: &EmailAddress) -> String {
    format!("ADDR#{org}#{}", email.key())
}

/// That a record has an address.
pub(super) fn address(org: OrgId, email: &EmailAddress, record: &RecordRef) -> Key {
    key(addresses(org, email), record.to_string())
}

/// The reminder of a message.
pub(super) fn reminder(message: MessageId) -> Key {
    key(message_partition(message), "REMINDER")
}

/// What the sort keys of mails that came back begin with.
pub(super) const REPLY: &str = "REPLY#";

/// A mail that came back. Ids sort by time.
pub(super) fn reply(message: MessageId, reply: EventId) -> Key {
    key(message_partition(message), format!("{REPLY}{reply}"))
}

/// The partition of the hosted images of an organisation.
pub(super) fn images(org: OrgId) -> String {
    format!("IMAGES#{org}")
}

/// A hosted image. Ids sort by time.
pub(super) fn image(org: OrgId, image: ImageId) -> Key {
    key(images(org), image.to_string())
}

/// The partition of the templates of an organisation.
pub(super) fn templates(org: OrgId) -> String {
    format!("TEMPLATES#{org}")
}

/// A template. Ids sort by time.
pub(super) fn template(org: OrgId, template: TemplateId) -> Key {
    key(templates(org), template.to_string())
}

/// The partition of the figures of an organisation's templates.
pub(super) fn tallies(org: OrgId) -> String {
    format!("TALLY#{org}")
}

/// A part of the figures of a template. Messages that count at the same time rarely meet in one of them.
pub(super) fn tally(org: OrgId, template: TemplateId, message: MessageId) -> Key {
    key(tallies(org), format!("{template}#{:02}", shard(message)))
}

/// The template whose figures these are.
pub(super) fn parse_tally(sk: &str) -> Option<TemplateId> {
    sk.split_once('#')?.0.parse().ok()
}

/// The partition of the opportunities that messages of templates were about.
pub(super) fn used_partition(org: OrgId) -> String {
    format!("USED#{org}")
}

/// That a message of a template was about an opportunity.
pub(super) fn used(org: OrgId, template: TemplateId, sale: &RecordRef) -> Key {
    key(used_partition(org), format!("{template}#{sale}"))
}

/// The partition of an organisation's won opportunities.
pub(super) fn won_partition(org: OrgId) -> String {
    format!("WON#{org}")
}

/// That an opportunity was won.
pub(super) fn won(org: OrgId, sale: &RecordRef) -> Key {
    key(won_partition(org), sale.to_string())
}

/// The partition of the cards of an owner.
pub(super) fn cards(org: OrgId, owner: UserId) -> String {
    format!("CARDS#{org}#{owner}")
}

/// A card. Ids sort by time.
pub(super) fn card(org: OrgId, owner: UserId, card: CardId) -> Key {
    key(cards(org, owner), card.to_string())
}

/// The partition of hints that are due in an hour.
pub(super) fn due_partition(tick: Tick, hour: &str, shard: u8) -> String {
    format!("DUE#{}#{hour}#{shard:02}", tick.as_str())
}

/// A hint, filed under an instant. Filing the same work for the same time twice is one hint.
pub(super) fn due(due: &Due, at: Timestamp) -> Key {
    let work = match due.work {
        Work::Send { .. } => "send".to_owned(),
        Work::Check => "check".to_owned(),
        Work::Remind => "remind".to_owned(),
        Work::Expire => "expire".to_owned(),
        Work::Wake { card, .. } => card.to_string(),
    };
    let sk = format!("{}#{}#{work}", instant::format(at), due.message);
    key(due_partition(due.work.tick(), &Minute::of(at).hour(), shard(due.message)), sk)
}

/// Which copy a mail was, by the mail service's id.
pub(super) fn mail(ses_id: &str) -> Key {
    key(format!("SES#{ses_id}"), "SES")
}

/// The partition of the addresses to which an organisation sends no more.
pub(super) fn suppressions(org: OrgId) -> String {
    format!("SUP#{org}")
}

/// That an organisation sends no more to an address. By its hash, so that the entry can outlive the address.
pub(super) fn suppression(org: OrgId, email: &EmailAddress) -> Key {
    key(suppressions(org), hash(email))
}

/// The name of an address where it must not be told, and the order of suppressions.
pub(super) fn hash(email: &EmailAddress) -> String {
    HEXLOWER.encode(&Sha256::digest(email.key())[..16])
}

/// The partition of the mail of an address, sent and received.
pub(super) fn mails(org: OrgId, email: &EmailAddress) -> String {
    format!("MAILS#{org}#{}", hash(email))
}

/// That a message went to an address, or a mail from it came back.
pub(super) fn mail_with(org: OrgId, email: &EmailAddress, message: MessageId) -> Key {
    key(mails(org, email), message.to_string())
}

/// That the owner of an address was forgotten.
pub(super) fn forgotten(org: OrgId, email: &EmailAddress) -> Key {
    key(mails(org, email), "FORGOTTEN")
}

/// Up to which minute the tick has read.
pub(super) fn tick(tick: Tick) -> Key {
    key("TICK".to_owned(), tick.as_str())
}

#[cfg(test)]
mod tests;
