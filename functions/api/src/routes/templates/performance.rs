//! How well templates do, as callers see it: with the best of each language.

use std::collections::{BTreeMap, BTreeSet};

use aws::store::Error;
use domain::ground::id::{OrgId, TemplateId};
use domain::message::template::Template;
use domain::signs::performance::{Tally, best};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;

/// What became of the followed messages that were made from a template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PerformanceView {
    /// Messages that were followed and left, whatever became of them later.
    sent: u32,
    /// Of those, opened by a person.
    opened: u32,
    /// Of those, replied to.
    replied: u32,
    /// From 0 to 1; null while nothing was sent.
    open_rate: Option<f64>,
    /// From 0 to 1; null while nothing was sent.
    reply_rate: Option<f64>,
    /// The best of its language by what its reply rate is at least (Wilson, 95 %), then by its open rate, among those that were
    /// sent 20 times or more.
    recommended: bool,
    /// The figures in words.
    reason: String,
}

/// The figures of an organisation's templates.
pub(super) struct Performances {
    /// None while the organisation does not follow mail.
    tallies: Option<BTreeMap<TemplateId, Tally>>,
    recommended: BTreeSet<TemplateId>,
}

impl Performances {
    /// Reads the figures. Nothing is compared yet.
    pub(super) async fn read(app: &App, org: OrgId) -> Result<Self, Error> {
        let followed = app.store.settings(org).await?.tracking_enabled;
        let tallies = if followed { Some(app.store.tallies(org).await?) } else { None };
        Ok(Self { tallies, recommended: BTreeSet::new() })
    }

    /// Compares templates, which are all that there are.
    pub(super) fn compare(&mut self, templates: &[Template]) {
        let mut languages: BTreeMap<String, Vec<(TemplateId, Tally)>> = BTreeMap::new();
        for template in templates {
            languages.entry(template.primary_language()).or_default().push((template.id, self.tally(template)));
        }
        self.recommended = languages.into_values().filter_map(best).collect();
    }

    /// The figures of a template; zeros while mail is not followed.
    pub(super) fn tally(&self, template: &Template) -> Tally {
        self.tallies.as_ref().and_then(|tallies| tallies.get(&template.id)).copied().unwrap_or_default()
    }

    /// The figures of a template as callers see them.
    pub(super) fn of(&self, template: &Template) -> PerformanceView {
        let tally = self.tally(template);
        PerformanceView {
            sent: tally.sent,
            opened: tally.opened,
            replied: tally.replied,
            open_rate: tally.open_rate(),
            reply_rate: tally.reply_rate(),
            recommended: self.recommended.contains(&template.id),
            reason: if self.tallies.is_some() { tally.reason() } else { "mail is not followed".to_owned() },
        }
    }
}
