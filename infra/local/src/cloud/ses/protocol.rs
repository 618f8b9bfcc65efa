//! The Query protocol of SES: a form comes in, XML goes out.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Submission;
use crate::cloud::wire::Refusal;

pub(super) fn submission(operation: &str, body: &[u8]) -> Result<Submission, Refusal> {
    if operation != "SendRawEmail" {
        return Err(Refusal::new(400, "InvalidAction", format!("{operation} is not part of the cloud on one machine")));
    }
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let data = fields.get("RawMessage.Data").map(String::as_str).unwrap_or_default();
    let raw = STANDARD
        .decode(data)
        .map_err(|_| Refusal::new(400, "InvalidParameterValue", "RawMessage.Data is not base64."))?;
    Ok(Submission {
        source: fields.get("Source").cloned().unwrap_or_default(),
        destinations: members(&fields, "Destinations.member.", "").cloned().collect(),
        configuration_set: fields.get("ConfigurationSetName").cloned(),
        tags: tags(&fields),
        raw,
    })
}

fn tags(fields: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let names = members(fields, "Tags.member.", ".Name");
    names.zip(members(fields, "Tags.member.", ".Value")).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A list, whose entries are numbered from 1.
fn members<'a>(fields: &'a BTreeMap<String, String>, prefix: &str, suffix: &str) -> impl Iterator<Item = &'a String> {
    (1..).map_while(move |n| fields.get(&format!("{prefix}{n}{suffix}")))
}

pub(super) fn accepted(id: &str) -> String {
    format!(
        "<SendRawEmailResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><SendRawEmailResult><MessageId>{id}</MessageId>\
         </SendRawEmailResult><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></SendRawEmailResponse>"
    )
}
