//! The rules of Telltale as pure functions over plain values.
//!
//! Nothing here waits, reads, writes or asks what time it is. Instants, ids and randomness come in as
//! arguments, so a table of cases can try every rule.
//!
//! | folder | it decides |
//! |---|---|
//! | [`message`] | what a message, its copies, files, reminder and template are, and what may still change |
//! | [`people`] | records, addresses, what a person allows, and what remains after an erasure |
//! | [`signs`] | hits and replies: who was behind them, the figures and cards that follow |
//! | [`time`] | instants, zones, schedules, the best hour, and work that waits for its time |
//! | [`team`] | the settings of an organisation, its users and keys |
//! | [`ground`] | ids, names, signed tokens, and tasks on the queues |

pub mod ground;
pub mod message;
pub mod people;
pub mod signs;
pub mod team;
pub mod time;
