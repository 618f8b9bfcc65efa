//! Tests of whole bodies and messages: the corpus, and properties of every input.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod foreign;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod received;
#[cfg(test)]
mod reversible;
