use proptest::prelude::*;

use super::*;

fn filled(kind: Kind, source: &str, value: &str) -> Filled {
    Template::parse(kind, source).unwrap().fill(&|_| Some(value.to_owned()))
}

fn refusal(kind: Kind, source: &str) -> String {
    Template::parse(kind, source).unwrap_err().to_string()
}

#[test]
fn a_value_is_escaped_by_where_it_lands() {
    let value = "A&B <b>\"x\"'y'\n/?";
    for (source, want) in [
        ("<p>{{ values.x }}</p>", "<p>A&amp;B &lt;b&gt;\"x\"'y'<br>/?</p>"),
        ("<i title='{{ values.x }}'>", "<i title='A&amp;B &lt;b&gt;&quot;x&quot;&apos;y&apos;\n/?'>"),
        (
            "<a href=\"https://example.com/{{values.x}}?q\">",
            "<a href=\"https://example.com/A%26B%20%3Cb%3E%22x%22%27y%27%0A%2F%3F?q\">",
        ),
        ("<title>{{ values.x }}</title>", "<title>A&amp;B &lt;b&gt;\"x\"'y'\n/?</title>"),
    ] {
        assert_eq!(filled(Kind::Html, source, value).text, want);
    }
    assert_eq!(filled(Kind::Text, "Dear {{ values.x }}", value).text, format!("Dear {value}"));
    assert_eq!(
        filled(Kind::Subject, "Re: {{ values.x }}", "a\r\nBcc: b@example.com").text,
        "Re: a  Bcc: b@example.com"
    );
}

#[test]
fn addresses_of_mail_and_telephone_keep_what_they_are_made_of() {
    for (source, value, want) in [
        ("mailto:{{ values.x }}", "jo+sales@example.org", "mailto:jo+sales@example.org"),
        ("MailTo:{{ values.x }}?subject=a", " a&b?c=%@example.org ", "MailTo:a%26b%3Fc%3D%25@example.org?subject=a"),
        ("mailto:{{ values.x }}@example.org", "jo+x", "mailto:jo+x@example.org"),
        ("mailto:a@example.org?cc={{ values.x }}", "jo+x@example.org", "mailto:a@example.org?cc=jo%2Bx@example.org"),
        ("mailto:a@example.org?body={{ values.x }}", "a b\nc", "mailto:a@example.org?body=a%20b%0D%0Ac"),
        ("tel:{{ values.x }}", "+49 (30) 123-45", "tel:+49(30)123-45"),
        ("tel:+49{{ values.x }}", "30 1;ext=2", "tel:+49301%3Bext%3D2"),
        ("https://example.com/?q={{ values.x }}", "a+b@c", "https://example.com/?q=a%2Bb%40c"),
    ] {
        assert_eq!(filled(Kind::Html, &format!("<a href=\"{source}\">"), value).text, format!("<a href=\"{want}\">"));
    }
}

#[test]
fn line_ends_of_a_value_stay_in_html() {
    for ends in ["\n", "\r\n", "\r", "\u{2028}", "\u{85}"] {
        assert_eq!(
            filled(Kind::Html, "<p>{{ values.x }}</p>", &format!("a{ends}b{ends}{ends}<c")).text,
            "<p>a<br>b<br><br>&lt;c</p>"
        );
    }
    assert_eq!(filled(Kind::Text, "{{ values.x }}", "a\r\nb\rc").text, "a\nb\nc");
}

#[test]
fn an_address_is_taken_whole_or_not_at_all() {
    let source = "<a href=\"{{ values.x }}\">";
    for good in ["https://example.com/?a=1&b=2", "mailto:a@example.com", "tel:+15550100", "HTTP://example.com"] {
        let filled = filled(Kind::Html, source, good);
        assert_eq!((filled.text, filled.refused.len()), (format!("<a href=\"{}\">", good.replace('&', "&amp;")), 0));
    }
    for bad in
        ["javascript:alert(1)", "example.com", "data:text/html,x", "java\nscript:x", " ja", "https:", "vbscript:x"]
    {
        let filled = filled(Kind::Html, source, bad);
        assert_eq!((filled.text.as_str(), filled.refused[0].to_string()), (source, "values.x".into()), "{bad}");
    }
}

#[test]
fn places_in_which_no_value_is_safe_are_refused() {
    for source in [
        "<script>{{ values.x }}</script>",
        "<style>p { color: {{ values.x }} }</style>",
        "<p style=\"color: {{ values.x }}\">",
        "<p onclick=\"{{ values.x }}\">",
        "<a href={{ values.x }}>",
        "<a href=x{{values.x}}>",
        "<!-- {{ values.x }} -->",
        "<{{ values.x }}>",
        "<title><{{ values.x }}</title>",
        "<title></ti{{ values.x }}></title>",
        "<p {{ values.x }}>",
        "<a href=\"javascript:{{ values.x }}\">",
        "<a href=\"java{{ values.x }}:alert(1)\">",
        "<a href=\"&#106;avascript:{{ values.x }}\">",
        "<img srcset=\"{{ values.x }}\">",
        "<meta content=\"0;url={{ values.x }}\">",
        "<base href=\"{{ values.x }}\">",
        "<iframe srcdoc=\"{{ values.x }}\">",
        "<noscript>{{ values.x }}</noscript>",
        "<p title=\"{{ values.x }}",
    ] {
        assert!(Template::parse(Kind::Html, source).is_err(), "{source}");
    }
}

#[test]
fn what_is_no_value_is_named_with_its_place() {
    for (source, want) in [
        ("a\nä {{ recipient.name", "line 2, column 3: this `{{` has no `}}` after it"),
        ("{{ values.x | upper }}", "line 1, column 1: filters are not supported: write `{{ values.x }}`"),
        ("{% if a %}", "line 1, column 1: `{% … %}` is not supported: templates have values only, no logic"),
        ("{# a #}", "line 1, column 1: `{# … #}` is not supported: templates have values only, no logic"),
        ("{{ name }}", "line 1, column 1: expected one name such as `{{ recipient.name }}`, not `name`"),
        ("{{ user.name }}", "line 1, column 1: `user` is none of recipient, regarding, sender, record, values"),
        (
            "{{ recipient.age }}",
            "line 1, column 1: `recipient` has name, email, record.name, record.fields.x, but no `age`",
        ),
        ("{{ values.a.b }}", "line 1, column 1: expected one name such as `{{ recipient.name }}`, not `values.a.b`"),
    ] {
        assert_eq!(refusal(Kind::Text, source), want);
    }
    assert_eq!(Template::parse(Kind::Html, "<style>@media print{#a{color:red}}</style>").unwrap().values, []);
}

#[test]
fn what_is_missing_is_told_once_and_stays_visible() {
    let template = Template::parse(Kind::Text, "{{ values.a }} {{values.b}} {{ values.a }}").unwrap();
    let filled = template.fill(&|path| (path.name == "b").then(|| "B".to_owned()));
    assert_eq!(filled.text, "{{ values.a }} B {{ values.a }}");
    assert_eq!(filled.missing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["values.a"]);
    assert_eq!(template.fill(&|_| Some(" ".to_owned())).missing.len(), 2, "nothing to see is nothing");
}

const EVERYWHERE: &str = "<p title=\"{{ values.x }}\" lang='{{ values.x }}'>{{ values.x }}<a \
    href=\"https://example.com/{{ values.x }}\">{{ values.x }}</a><img src='{{ values.x }}' alt=\"\"></p><i>end</i>";

/// Tags and names of attributes, which no value may change. Line ends of a value become `<br>`.
fn shape(html: &str) -> Vec<String> {
    let shape = std::cell::RefCell::new(Vec::new());
    let element = lol_html::element!("*", |element| {
        let names = element.attributes().iter().map(lol_html::html_content::Attribute::name);
        shape.borrow_mut().push(format!("{} {}", element.tag_name(), names.collect::<Vec<_>>().join(" ")));
        Ok(())
    });
    let comment = lol_html::doc_comments!(|_| {
        shape.borrow_mut().push("comment".to_owned());
        Ok(())
    });
    let settings =
        lol_html::Settings::new().append_element_content_handler(element).append_document_content_handler(comment);
    let mut rewriter = lol_html::HtmlRewriter::new(settings, |_: &[u8]| ());
    rewriter.write(html.as_bytes()).unwrap();
    rewriter.end().unwrap();
    let mut shape = shape.into_inner();
    shape.retain(|tag| tag != "br ");
    shape
}

fn stays_in_its_sink(value: &str) {
    let want = shape(&EVERYWHERE.replace("{{ values.x }}", "x"));
    let html = filled(Kind::Html, EVERYWHERE, value).text;
    assert_eq!(shape(&html), want, "{value:?} {html}");
    assert!(
        html.ends_with("</a><img src='{{ values.x }}' alt=\"\"></p><i>end</i>") || leads(&html),
        "{value:?} {html}"
    );
    let line = filled(Kind::Subject, "a {{ values.x }} b", value).text;
    assert!(!line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')), "{value:?} {line:?}");
}

/// The address that a value became begins with a scheme that runs nothing.
fn leads(html: &str) -> bool {
    let src = html.split("<img src='").last().unwrap_or_default();
    ["http:", "https:", "mailto:", "tel:"].iter().any(|scheme| src.to_ascii_lowercase().starts_with(scheme))
}

#[test]
fn naughty_values_stay_in_their_sinks() {
    for value in naughty_strings::BLNS {
        stays_in_its_sink(value);
    }
}

proptest! {
    #[test]
    fn no_value_breaks_out(value in any::<String>()) {
        stays_in_its_sink(&value);
    }

    #[test]
    fn no_markup_breaks_out(value in "(https?:|javascript:|mailto:)?[<>\"'&;=/a-z \\r\\n{}%-]{0,40}") {
        stays_in_its_sink(&value);
    }

    #[test]
    fn no_template_lets_a_value_make_markup(
        source in "(</?[a-z]{1,6}|<title>|[<>\"'=/ a-z!-]){0,8}(\\{\\{ values\\.x \\}\\})?[<>\"'=/ a-z!-]{0,12}",
    ) {
        for kind in [Kind::Text, Kind::Subject] {
            Template::parse(kind, &source).unwrap().fill(&|_| Some("<x>".to_owned()));
        }
        if let Ok(template) = Template::parse(Kind::Html, &source) {
            let filled = |value: &str| template.fill(&|_| Some(value.to_owned())).text;
            for value in ["script", "/title", "!-- ", "--", "<b>", "\"'>", "tle"] {
                prop_assert_eq!(shape(&filled("1")), shape(&filled(value)), "{}", value);
            }
        }
    }
}
