//! Mail as bytes: what is written into a message before it leaves, and how it is put together.
//!
//! The crate is pure. It does no input or output, reads no clock and knows no cloud; the same
//! arguments always give the same bytes. Everything that comes in may have been written by a
//! stranger: no function panics, and each takes time and memory in proportion to its input.
//!
//! - [`parse`] reads a mail that came in, [`classify`] says what it is, [`thread`] to which message it belongs;
//! - [`forward`] passes it on to the author of the message that it answers;
//! - [`compose`] builds a MIME message and reads it back before handing it out;
//! - [`track`] puts one recipient's redirect links and open pixel into a body;
//! - [`merge`] fills the values of a template, each escaped by where it lands;
//! - [`attachments`] lists files that are linked instead of attached, and [`plan`] says which those are;
//! - [`text`] turns HTML into its plain text alternative, and text into HTML.

pub mod attachments;
pub mod classify;
pub mod compose;
pub mod forward;
pub mod merge;
pub mod parse;
pub mod plan;
pub mod text;
pub mod thread;
pub mod track;

mod addresses;
