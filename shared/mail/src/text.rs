//! The plain text alternative of HTML, and HTML for what was written as plain text.

mod from_html;
mod open;
mod seen;
mod sheet;
mod to_html;

pub use from_html::from_html;
pub use to_html::to_html;

#[cfg(test)]
mod tests;
