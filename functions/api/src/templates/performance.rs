//! How well a template does.

use desk::templates::TemplatePerformance;
use domain::signs::performance::Goal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::schema::GoalWord;

/// The success of the messages that were made from a template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Performance)]
pub(crate) struct PerformanceView {
    /// Messages that left, whatever became of them later.
    sent: u32,
    /// Of those, tracked ones.
    tracked: u32,
    /// Of the tracked ones, seen by a person.
    opened: u32,
    /// Of the tracked ones, replied to.
    replied: u32,
    /// Opportunities that were won, among those that the messages were about.
    won: u32,
    /// Of the tracked ones, from 0 to 1; null while there are none.
    open_rate: Option<f64>,
    /// Of the tracked ones, from 0 to 1; null while there are none.
    reply_rate: Option<f64>,
    /// The lower bounds of the rates (Wilson, 95 %).
    bounds: BoundsView,
    /// It is the best of its language for something.
    recommended: bool,
    /// The goals for which it is the best of its language by the lower bound of the rate, among those with 20 messages or more.
    #[schema(value_type = Vec<GoalWord>)]
    recommended_for: Vec<&'static str>,
    /// The figures in words.
    reason: String,
}

/// The lower bounds of rates, from 0 to 1; null while there is nothing to tell them of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bounds)]
pub(crate) struct BoundsView {
    /// Of opens by tracked messages.
    opens: Option<f64>,
    /// Of replies by tracked messages.
    replies: Option<f64>,
    /// Of won opportunities by messages that left.
    sales: Option<f64>,
}

impl From<TemplatePerformance> for PerformanceView {
    fn from(performance: TemplatePerformance) -> Self {
        let TemplatePerformance { tally, recommended_for, reason } = performance;
        Self {
            sent: tally.sent,
            tracked: tally.tracked(),
            opened: tally.opened,
            replied: tally.replied,
            won: tally.won,
            open_rate: tally.rate(Goal::Opens),
            reply_rate: tally.rate(Goal::Replies),
            bounds: BoundsView {
                opens: tally.bound(Goal::Opens),
                replies: tally.bound(Goal::Replies),
                sales: tally.bound(Goal::Sales),
            },
            recommended: !recommended_for.is_empty(),
            recommended_for: recommended_for.into_iter().map(Goal::as_str).collect(),
            reason,
        }
    }
}
