//! Signs of life: hits and replies, who was behind them, and what follows.

pub mod agent;
pub mod card;
pub mod engagement;
pub mod event;
pub mod network;
pub mod performance;
pub mod reply;
pub mod trust;
pub mod verdict;
