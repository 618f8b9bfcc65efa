//! What is true: the rules of Telltale as pure functions over plain values.
//!
//! Nothing here waits, reads, writes or asks what time it is. Instants, ids and randomness come in as
//! arguments, so every rule can be tried with a table of cases.
//!
//! | module | what it decides |
//! |---|---|
//! | [`id`], [`address`], [`name`], [`record`], [`hex`] | what a valid id, address, name and record reference is |
//! | [`message`], [`attachment`], [`image`], [`settings`], [`template`] | what a message is, and what may still be changed |
//! | [`copy`] | how one recipient's copy is sent at most once, and what the mail service tells about it |
//! | [`suppression`] | to whom nothing more is sent |
//! | [`consent`], [`tracking`] | what a person allows, and whether a message is followed |
//! | [`erasure`] | what is left of a message when a person is forgotten |
//! | [`token`], [`keyring`], [`api_key`] | the signed addresses that recipients meet, the keys that integrations hold |
//! | [`agent`], [`network`], [`event`] | what a hit keeps of the request that caused it |
//! | [`verdict`], [`engagement`] | who was behind a hit, and the figures that follow |
//! | [`reply`], [`trust`] | mail that comes back, whether it is an answer, and whether its sender is who it says |
//! | [`performance`] | which templates do best |
//! | [`schedule`], [`zone`], [`delivery_time`] | when something is due, on which clocks, and when it had best be |
//! | [`reminder`], [`card`], [`activity`], [`summary`] | what is brought back to an author, and in which words |
//! | [`due`], [`task`] | work that waits for its time, and work on the queues |

pub mod activity;
pub mod address;
pub mod agent;
pub mod api_key;
pub mod attachment;
pub mod card;
pub mod consent;
pub mod copy;
pub mod delivery_time;
pub mod due;
pub mod engagement;
pub mod erasure;
pub mod event;
pub mod hex;
pub mod id;
pub mod image;
pub mod instant;
pub mod keyring;
pub mod message;
pub mod name;
pub mod network;
pub mod performance;
pub mod record;
pub mod reminder;
pub mod reply;
pub mod schedule;
pub mod settings;
pub mod summary;
pub mod suppression;
pub mod task;
pub mod template;
pub mod token;
pub mod tracking;
pub mod trust;
pub mod verdict;
pub mod zone;
