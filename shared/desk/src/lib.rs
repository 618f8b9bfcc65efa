//! The desk: everything that a person can do with Telltale, whatever the door.
//!
//! Doors translate: the API from JSON, the console from forms. The desk decides and stores. It knows no HTTP and no JSON,
//! and it refuses with a closed list of codes ([`Code`]) and the fields at fault.
//!
//! A change is *prepared* first: the desk checks it and works out what will be stored. The door makes its answer of that,
//! and [`Desk::commit`] stores both together. Nothing that others can see is written before.
//!
//! | module | a person can |
//! |---|---|
//! | [`messages`] | write, send, schedule, track and take back a message; add files; be reminded |
//! | [`timeline`], [`lists`] | see what happened |
//! | [`cards`] | act on what the assistant shows |
//! | [`records`], [`activities`], [`people`] | keep records and their consent, export and erase a person |
//! | [`templates`], [`images`] | keep templates and hosted pictures |
//! | [`letters`], [`replies`] | receive mail, and read it |
//! | [`settings`], [`suppressions`] | decide for the organisation |
//! | [`users`], [`api_keys`], [`audit`] | say who belongs to the team, and see who did what |

use aws::blobs::Blobs;
use aws::ids::Ids;
use aws::queue::Queue;
use aws::store::Store;
use domain::ground::task::SendTask;

pub mod activities;
mod actor;
pub mod api_keys;
pub mod audit;
pub mod cards;
mod checks;
pub mod images;
pub mod letters;
pub mod lists;
pub mod messages;
mod patch;
pub mod people;
mod prepared;
pub mod records;
mod refused;
pub mod replies;
pub mod settings;
pub mod suppressions;
pub mod templates;
pub mod timeline;
pub mod users;

pub use actor::Actor;
pub use checks::Checks;
pub use patch::Patch;
pub use prepared::Prepared;
pub use refused::{Code, CodeClass, FieldError, Refused};

/// How often a change starts over when another one was faster.
pub(crate) const TRIES: usize = 3;

/// The desk and all that it reaches.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The table.
    pub store: Store,
    /// Bodies, files, long answers.
    pub blobs: Blobs,
    /// Takes send tasks.
    pub sends: Queue<SendTask>,
    /// The domain whose mail comes to us; `None` when the installation receives no mail.
    pub inbound_domain: Option<String>,
    /// Makes ids.
    pub ids: Ids,
}
