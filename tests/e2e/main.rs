//! Behaviour of Telltale: the real handlers of all functions against the cloud on one machine.

mod activities;
mod api;
mod crashes;
mod feedback;
mod images;
mod imports;
mod inbound;
mod lists;
mod objections;
mod people;
mod performance;
mod privacy;
mod records;
mod reminders;
mod reports;
mod retention;
mod schedules;
mod sending;
mod team;
mod templates;
mod tenants;
mod time;
mod tracking;
mod two_at_once;
mod world;
