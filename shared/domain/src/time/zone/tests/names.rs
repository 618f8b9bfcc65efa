//! Names and codes that people write and tables do not have.

use super::*;

fn by_country(country: &str) -> Result<String, String> {
    let told = at(&address("", "", "", country), None);
    told.map(|zoned| zoned.zone).map_err(|unknown| unknown.reason)
}

#[test]
fn countries_are_known_as_people_write_them() {
    for (country, want) in [
        // Letters with dots.
        ("U.K.", "Europe/London"),
        ("U. K.", "Europe/London"),
        ("U.A.E.", "Asia/Dubai"),
        ("P.R. China", "Asia/Shanghai"),
        ("P. R. of China", "Asia/Shanghai"),
        ("P.R.C.", "Asia/Shanghai"),
        ("Taiwan (R.O.C.)", "Asia/Taipei"),
        ("N.Z.", "Pacific/Auckland"),
        // Shortened words.
        ("Czech Rep.", "Europe/Prague"),
        ("Česká rep.", "Europe/Prague"),
        ("Dominican Rep.", "America/Santo_Domingo"),
        ("Rep. of Korea", "Asia/Seoul"),
        ("Korea, Dem. People's Rep.", "Asia/Pyongyang"),
        ("Marshall Is.", "Pacific/Majuro"),
        // Turned round.
        ("Korea, Republic of", "Asia/Seoul"),
        ("Korea, Democratic People's Republic of", "Asia/Pyongyang"),
        ("Taiwan, Province of China", "Asia/Taipei"),
        ("Iran, Islamic Republic of", "Asia/Tehran"),
        ("Moldova, Republic of", "Europe/Chisinau"),
        ("Tanzania, United Republic of", "Africa/Dar_es_Salaam"),
        ("Virgin Islands, British", "America/Tortola"),
        ("Bolivia (Plurinational State of)", "America/La_Paz"),
        ("Netherlands (Kingdom of the)", "Europe/Amsterdam"),
        ("Korea (South)", "Asia/Seoul"),
        ("Bahamas, The", "America/Nassau"),
        // Titles, and the same twice.
        ("Republic of Slovenia", "Europe/Ljubljana"),
        ("Principality of Monaco", "Europe/Monaco"),
        ("United Kingdom (UK)", "Europe/London"),
        ("Germany (Deutschland)", "Europe/Berlin"),
        // Languages and scripts.
        ("Rumunsko", "Europe/Bucharest"),
        ("Republica Moldova", "Europe/Chisinau"),
        ("Ελβετία", "Europe/Zurich"),
        ("Польща", "Europe/Warsaw"),
        ("スイス", "Europe/Zurich"),
        ("독일", "Europe/Berlin"),
        ("瑞典", "Europe/Stockholm"),
        ("النرويج", "Europe/Oslo"),
    ] {
        assert_eq!(by_country(country), Ok(want.to_owned()), "{country}");
    }
    for country in ["U.S.A.", "U.S.", "EE.UU.", "EE. UU.", "E.U.A.", "США", "United States of America (the)"] {
        let told = at(&address("Boston", "MA", "", country), None).map(|zoned| zoned.zone);
        assert_eq!(told, Ok("America/New_York".to_owned()), "{country}");
    }
}

#[test]
fn what_is_no_country_stays_unknown() {
    for country in ["", ",", "(", "U", "S.A.", "the", "Republic", "Kingdom of", "State of Georgia", "Poland, Sweden"] {
        let told = by_country(country);
        assert!(told.is_err(), "{country}: {told:?}");
    }
}

#[test]
fn overseas_codes_have_their_own_clock() {
    for (region, postal_code, country, want) in [
        ("", "97110", "France", Some("America/Guadeloupe")),
        ("", "97200", "France", Some("America/Martinique")),
        ("", "97300", "FR", Some("America/Cayenne")),
        ("", "97400", "France", Some("Indian/Reunion")),
        ("", "F-97400", "France", Some("Indian/Reunion")),
        ("", "97500", "France", Some("America/Miquelon")),
        ("", "97600", "France", Some("Indian/Mayotte")),
        ("", "98600", "France", Some("Pacific/Wallis")),
        ("", "98714", "France", Some("Pacific/Tahiti")),
        ("", "98755", "France", Some("Pacific/Gambier")),
        ("", "98800", "France", Some("Pacific/Noumea")),
        ("", "98742", "France", None),
        ("", "98413", "France", None),
        ("", "75001", "France", Some("Europe/Paris")),
        ("", "98000", "France", Some("Europe/Paris")),
        ("Île-de-France", "", "France", Some("Europe/Paris")),
        ("La Réunion", "", "France", Some("Indian/Reunion")),
        ("Nouvelle-Calédonie", "", "France", Some("Pacific/Noumea")),
        ("", "DK-3900", "Denmark", Some("America/Nuuk")),
        ("", "3000", "Denmark", Some("Europe/Copenhagen")),
        ("", "FIQQ 1ZZ", "United Kingdom", Some("Atlantic/Stanley")),
        ("", "SW1A 1AA", "United Kingdom", Some("Europe/London")),
        // Military post offices are anywhere.
        ("AE", "09012", "US", None),
        ("", "09012-1234", "USA", None),
        ("AP", "96201", "US", None),
        ("AA", "34002", "US", None),
        ("", "BF1 3AA", "U.K.", None),
    ] {
        let told = at(&address("", region, postal_code, country), None);
        let zone = told.as_ref().ok().map(|zoned| zoned.zone.as_str());
        assert_eq!(zone, want, "{region}, {postal_code}, {country}: {told:?}");
    }
}

#[test]
fn ships_and_clocks_that_nobody_set_have_no_zone() {
    for phone in ["+870 773 1234567", "00870 773 1234567", "+881 6 1234567", "+882 16 1234567", "+883 5100 1234567"] {
        assert!(by_phone(phone).is_err(), "{phone}");
    }
    for name in ["Factory", "factory", "Etc/Unknown", "localtime", "posixrules", ""] {
        assert!(named(name).is_none(), "{name}");
    }
    assert!(named("UTC").is_some() && named("Etc/GMT+5").is_some());
}
