//! Mails as people send them: what an office program makes of a few paragraphs, a table, a signature and a quoted reply.

use std::fmt::Write as _;

const HEAD: &str = r##"<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit"/></xml><![endif]-->
<style><!-- @font-face {font-family:Calibri;} p.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;} --></style>
</head><body lang="EN-GB" link="#0563C1" vlink="#954F72" style="word-wrap:break-word"><div class="WordSection1">
"##;

const SIGNATURE: &str = r#"<table border="0" cellpadding="0" cellspacing="0"><tr><td style="padding:4px 12px"><img src="https://example.com/logo.png" width="120" alt="Example"></td>
<td><b>Sales</b><br><a href="mailto:sales@example.com">sales@example.com</a> | <a href="tel:+15550100">+1 555 0100</a><br><a href="https://example.com/">example.com</a></td></tr></table>
"#;

const QUOTE: &str = r#"<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> Purchasing &lt;purchasing@example.org&gt;<br><b>Sent:</b> Friday, 20 November 2026 16:12<br><b>To:</b> Sales &lt;sales@example.com&gt;<br><b>Subject:</b> Re: Offer</p></div>
<p class="MsoNormal">Could you send us your <a href="https://example.org/terms">terms</a> as well?<o:p></o:p></p>
</div></body></html>
"#;

/// HTML of so many kilobytes, with a link of the author's about every 700 bytes.
pub fn html(kilobytes: usize) -> String {
    let size = kilobytes * 1000 - SIGNATURE.len() - QUOTE.len();
    let mut html = HEAD.to_owned();
    for n in 0_usize.. {
        let block = block(n);
        if html.len() + block.len() > size {
            break;
        }
        html.push_str(&block);
    }
    let missing = size.saturating_sub(html.len() + 9);
    let _ = write!(html, "<p>{}</p>\r\n", "x".repeat(missing));
    html + SIGNATURE + QUOTE
}

fn block(n: usize) -> String {
    match n % 3 {
        0 => format!(
            "<p class=\"MsoNormal\"><span style=\"font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif;color:#1F497D\">Dear \
             colleagues, as agreed on the phone we have looked at item {n} once more. The delivery time is four weeks; for Zürich \
             and Ljubljana (Šiška) it is five. Prices are net &amp; without transport. Details are in the \
             <a href=\"https://example.com/catalogue/item-{n}?lang=en&amp;ref=offer#specification\">specification</a>, and what \
             changed since the last version is marked in yellow.<o:p></o:p></span></p>\r\n"
        ),
        1 => format!(
            "<table class=\"MsoNormalTable\" border=\"1\" cellspacing=\"0\" cellpadding=\"0\" style=\"border-collapse:collapse\"><tr>\
             <td width=\"240\" valign=\"top\" style=\"width:180.0pt;padding:0cm 5.4pt 0cm 5.4pt\"><p class=\"MsoNormal\">Position {n}</p></td>\
             <td width=\"120\" valign=\"top\" style=\"width:90.0pt;padding:0cm 5.4pt 0cm 5.4pt\"><p class=\"MsoNormal\" align=\"right\">€ {n}.50</p></td>\
             <td><a href=\"https://shop.example.com/cart/add/{n}\" style=\"color:#0563C1\">Order</a></td></tr></table>\r\n"
        ),
        _ => format!(
            "<!--[if mso]><v:roundrect href=\"https://example.com/book/{n}\" style=\"height:40px\"><![endif]--><a \
             href=\"https://example.com/book/{n}?utm_source=mail\" style=\"background:#0b57d0;border-radius:4px;color:#ffffff;\
             display:inline-block;padding:10px 24px;text-decoration:none\">Book a meeting</a><!--[if mso]></v:roundrect><![endif]-->\
             <p class=\"MsoNormal\"><span lang=\"EN-GB\">We would be glad to show you the machine in use. It takes half an hour, \
             and you need nothing but a browser. Any day of next week is possible, mornings suit us best.<o:p></o:p></span></p>\r\n"
        ),
    }
}
