//! The program itself: what it prints, what survives a kill, how it ends, what it says when it cannot start.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn telltale(data: &Path, port: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_telltale"));
    command.args(["--port", port, "--data"]).arg(data).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A started program, the address it prints, and its key.
fn started(data: &Path) -> (Child, String, String) {
    let mut child = telltale(data, "0").spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    let (api, key) = first.trim().strip_prefix("Telltale: http://").unwrap().split_once(" with API key ").unwrap();
    (child, api.to_owned(), key.to_owned())
}

fn call(api: &str, key: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(api).unwrap();
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: {api}\r\nconnection: close\r\nauthorization: Bearer {key}\r\n");
    let body = format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all((head + &body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_killed_process_loses_nothing_it_acknowledged_and_a_stopped_one_ends_cleanly() {
    let data = tempfile::tempdir().unwrap();
    let (mut first, api, key) = started(data.path());
    let draft = r#"{"to": [{"email": "purchasing@example.com"}], "subject": "Kept", "text": "Hello"}"#;
    let created = call(&api, &key, "POST", "/v1/messages", draft);
    assert!(created.starts_with("HTTP/1.1 201"), "{created}");
    let moved = call(&api, &key, "POST", "/_local/clock", r#"{"to": "2099-01-01T00:00:00Z"}"#);
    assert!(moved.contains("2099-01-01T"), "{moved}");
    first.kill().unwrap();
    first.wait().unwrap();

    let (second, api, same) = started(data.path());
    assert_eq!(same, key);
    assert!(call(&api, &key, "GET", "/v1/messages", "").contains("Kept"));
    assert!(call(&api, &key, "GET", "/_local/clock", "").contains("2099-01-01T"));
    Command::new("kill").arg(second.id().to_string()).status().unwrap();
    let Output { status, stderr, .. } = second.wait_with_output().unwrap();
    assert_eq!((status.code(), String::from_utf8_lossy(&stderr).as_ref()), (Some(0), ""));
}

#[test]
fn what_keeps_it_from_starting_is_one_sentence() {
    let data = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let file = data.path().join("file");
    std::fs::write(&file, "").unwrap();
    for (directory, port, reason) in
        [(data.path(), port.as_str(), "is taken"), (&file.join("x"), "0", "cannot write to")]
    {
        let Output { status, stdout, stderr } = telltale(directory, port).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!((status.code(), stdout.len(), said.lines().count()), (Some(1), 0, 1), "{said}");
        assert!(said.starts_with("telltale: ") && said.contains(reason), "{said}");
    }
}
