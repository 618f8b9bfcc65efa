//! Checks of input: everything that is wrong is collected, field by field, before anything is done.

use crate::refused::{Code, FieldError, Refused};

/// Collects what is wrong with the fields of an input.
#[derive(Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// Notes a fault. `field` is the path of the field in the input, such as `/to/0/email`.
    pub fn add(&mut self, field: impl Into<String>, code: Code, detail: impl std::fmt::Display) {
        self.0.push(FieldError { field: field.into(), code, detail: detail.to_string() });
    }

    /// Keeps a value that could be read, or notes why it could not.
    pub fn keep<T, E: std::fmt::Display>(
        &mut self,
        field: impl Into<String>,
        code: Code,
        read: Result<T, E>,
    ) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, code, error);
                None
            }
        }
    }

    /// The faults that were noted.
    pub fn faults(self) -> Vec<FieldError> {
        self.0
    }

    /// Refuses the input when anything was wrong.
    ///
    /// # Errors
    /// All faults that were noted.
    pub fn finish(self) -> Result<(), Refused> {
        if self.0.is_empty() { Ok(()) } else { Err(Refused::fields(self.0)) }
    }
}
