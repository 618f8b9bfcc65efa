//! How well templates do, with the best of each language.

use std::collections::BTreeMap;

use aws::store::Error;
use domain::ground::id::{OrgId, TemplateId};
use domain::message::template::Template;
use domain::signs::performance::{Goal, Tally, best};

use crate::Desk;

/// The figures of a template.
#[derive(Debug, Clone)]
pub struct TemplatePerformance {
    /// The figures; zeros while the organisation does not track.
    pub tally: Tally,
    /// The goals for which it is the best of its language.
    pub recommended_for: Vec<Goal>,
    /// The figures in words.
    pub reason: String,
}

/// The figures of an organisation's templates.
pub(super) struct Performances {
    /// None while the organisation does not track mail.
    tallies: Option<BTreeMap<TemplateId, Tally>>,
    recommended: BTreeMap<TemplateId, Vec<Goal>>,
}

impl Performances {
    /// Reads the figures. Nothing is compared yet.
    pub(super) async fn read(desk: &Desk, org: OrgId) -> Result<Self, Error> {
        let tracked = desk.store.settings(org).await?.tracking_enabled;
        let tallies = if tracked { Some(desk.store.tallies(org).await?) } else { None };
        Ok(Self { tallies, recommended: BTreeMap::new() })
    }

    /// Compares templates, which are all that there are.
    pub(super) fn compare(&mut self, templates: &[Template]) {
        let mut languages: BTreeMap<String, Vec<(TemplateId, Tally)>> = BTreeMap::new();
        for template in templates {
            languages.entry(template.primary_language()).or_default().push((template.id, self.tally(template)));
        }
        for (goal, language) in Goal::ALL.iter().flat_map(|goal| languages.values().map(move |all| (goal, all))) {
            if let Some(template) = best(*goal, language.iter().copied()) {
                self.recommended.entry(template).or_default().push(*goal);
            }
        }
    }

    /// The figures of a template; zeros while mail is not tracked.
    pub(super) fn tally(&self, template: &Template) -> Tally {
        self.tallies.as_ref().and_then(|tallies| tallies.get(&template.id)).copied().unwrap_or_default()
    }

    /// The figures of a template with its place among the others.
    pub(super) fn of(&self, template: &Template) -> TemplatePerformance {
        let tally = self.tally(template);
        let recommended_for = self.recommended.get(&template.id).cloned().unwrap_or_default();
        let known = self.tallies.is_some();
        let reason = if known { tally.reason(&recommended_for) } else { "mail is not tracked".to_owned() };
        TemplatePerformance { tally, recommended_for, reason }
    }
}
