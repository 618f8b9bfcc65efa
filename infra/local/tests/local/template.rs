//! The wiring of one machine is that of `template.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use local::telltale::{EVERY_MINUTE, QUEUES, ROUTES};
use serde_yaml_ng::{Mapping, Value};

fn resources() -> Mapping {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml")).unwrap();
    let template: Value = serde_yaml_ng::from_str(&text).unwrap();
    template["Resources"].as_mapping().unwrap().clone()
}

/// The resources of a type, by their logical names.
fn of_type(kind: &str) -> BTreeMap<String, Value> {
    let resources = resources();
    let of_type = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
    of_type.map(|(name, resource)| (name.as_str().unwrap().to_owned(), resource["Properties"].clone())).collect()
}

/// The events of all functions: the function's name, and each event.
fn events() -> Vec<(String, Value)> {
    let of_function = |(name, properties): (String, Value)| {
        let name = name.trim_end_matches("Function").to_lowercase();
        let events = properties["Events"].as_mapping().cloned().unwrap_or_default();
        events.into_iter().map(move |(_, event)| (name.clone(), event)).collect::<Vec<_>>()
    };
    of_type("AWS::Serverless::Function").into_iter().flat_map(of_function).collect()
}

/// The text behind a tag such as `!Sub` or `!GetAtt`.
fn text(value: &Value) -> &str {
    match value {
        Value::Tagged(tagged) => tagged.value.as_str().unwrap(),
        other => other.as_str().unwrap(),
    }
}

#[test]
fn queues_have_the_same_times_and_redrives() {
    let mut queues = BTreeMap::new();
    for properties in of_type("AWS::SQS::Queue").values() {
        let Some(redrive) = properties.get("RedrivePolicy") else { continue };
        let name = text(&properties["QueueName"]).rsplit_once('-').unwrap().1.to_owned();
        let visibility = properties["VisibilityTimeout"].as_i64().unwrap();
        queues.insert(name, (visibility, redrive["maxReceiveCount"].as_u64().unwrap()));
    }
    let here = QUEUES.map(|queue| (queue.name.to_owned(), (queue.visibility_seconds, u64::from(queue.receives))));
    assert_eq!(BTreeMap::from(here), queues);
}

#[test]
fn consumers_get_batches_of_the_same_size_and_report_each_failure() {
    let mut batches = BTreeMap::new();
    for (_, event) in events().iter().filter(|(_, event)| event["Type"] == "SQS") {
        let properties = &event["Properties"];
        let queue = text(&properties["Queue"]).trim_end_matches("Queue.Arn").to_lowercase();
        batches.insert(queue, usize::try_from(properties["BatchSize"].as_u64().unwrap()).unwrap());
        let reported = properties["FunctionResponseTypes"].as_sequence().unwrap();
        assert_eq!(reported, &[Value::from("ReportBatchItemFailures")]);
    }
    let here = QUEUES.map(|queue| (queue.name.to_owned(), queue.batch));
    assert_eq!(BTreeMap::from(here), batches);
}

#[test]
fn routes_lead_to_the_same_functions() {
    let mut routes = BTreeSet::new();
    for (function, event) in events().into_iter().filter(|(_, event)| event["Type"] == "HttpApi") {
        let properties = &event["Properties"];
        routes.insert((text(&properties["Method"]).to_owned(), text(&properties["Path"]).to_owned(), function));
    }
    let here = ROUTES.map(|(method, path, name)| (method.to_owned(), path.to_owned(), name.to_owned()));
    assert_eq!(BTreeSet::from(here), routes);
}

#[test]
fn the_same_functions_run_every_minute() {
    let scheduled = events().into_iter().filter(|(_, event)| text(&event["Type"]).starts_with("Schedule"));
    let scheduled: BTreeMap<String, String> =
        scheduled.map(|(function, event)| (function, text(&event["Properties"]["Schedule"]).to_owned())).collect();
    let here = EVERY_MINUTE.map(|name| (name.to_owned(), "rate(1 minute)".to_owned()));
    assert_eq!(BTreeMap::from(here), scheduled);
}

#[test]
fn the_cloud_knows_neither_the_front_nor_the_page() {
    let files = |folder: &str| {
        let root = format!("{}/src/{folder}", env!("CARGO_MANIFEST_DIR"));
        let mut open = vec![std::path::PathBuf::from(&root)];
        let mut files = vec![std::path::PathBuf::from(format!("{root}.rs"))];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { open.push(path) } else { files.push(path) }
            }
        }
        files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
    };
    let mut looked_at = 0;
    for (folder, forbidden) in [
        ("cloud", &["crate::front", "crate::page", "crate::telltale"][..]),
        ("front", &["crate::page", "crate::telltale"]),
        ("page", &["crate::telltale"]),
    ] {
        for path in files(folder) {
            let source = std::fs::read_to_string(&path).unwrap();
            looked_at += 1;
            for name in forbidden {
                assert!(!source.contains(name), "{} names {name}", path.display());
            }
        }
    }
    assert!(looked_at > 20, "{looked_at} files");
}
