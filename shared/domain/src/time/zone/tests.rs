use std::collections::BTreeSet;

use super::*;

/// Street is left out: it decides nothing.
fn address(city: &str, region: &str, postal_code: &str, country: &str) -> PostalAddress {
    let field = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    PostalAddress {
        street: None,
        city: field(city),
        region: field(region),
        postal_code: field(postal_code),
        country: field(country),
    }
}

fn at(address: &PostalAddress, phone: Option<&str>) -> Result<Zoned, Unknown> {
    of_person(ZoneSource { time_zone: None, address: Some(address), phone })
}

fn by_phone(phone: &str) -> Result<String, String> {
    let source = ZoneSource { phone: Some(phone), ..ZoneSource::default() };
    of_person(source).map(|zoned| zoned.zone).map_err(|unknown| unknown.reason)
}

#[test]
fn addresses_have_zones() {
    for (city, region, postal_code, country, want) in [
        // One zone.
        ("Berlin", "", "10115", "DE", "Europe/Berlin"),
        ("Wien", "", "", "Österreich", "Europe/Vienna"),
        ("Ljubljana", "", "1000", "Slovenija", "Europe/Ljubljana"),
        ("Zürich", "ZH", "8001", "Schweiz", "Europe/Zurich"),
        ("", "", "", "GBR", "Europe/London"),
        ("Edinburgh", "", "EH1", "Scotland", "Europe/London"),
        ("Praha", "", "", "Tschechien", "Europe/Prague"),
        ("", "", "", "日本", "Asia/Tokyo"),
        ("", "", "", "中国", "Asia/Shanghai"),
        ("Ürümqi", "Xinjiang", "", "China", "Asia/Shanghai"),
        ("", "", "", "Côte d’Ivoire", "Africa/Abidjan"),
        ("", "", "", "Korea", "Asia/Seoul"),
        ("Pristina", "", "", "Kosovo", "Europe/Belgrade"),
        ("Saint-Denis", "", "97400", "Réunion", "Indian/Reunion"),
        // The United States: state, split state, ZIP, city.
        ("Boston", "MA", "02108", "US", "America/New_York"),
        ("Detroit", "Michigan", "", "USA", "America/Detroit"),
        ("Phoenix", "AZ", "", "United States", "America/Phoenix"),
        ("Tuba City", "AZ", "86045", "US", "America/Denver"),
        ("Anchorage", "US-AK", "", "Vereinigte Staaten", "America/Anchorage"),
        ("Honolulu", "hi", "", "us", "Pacific/Honolulu"),
        ("El Paso", "TX", "", "US", "America/Denver"),
        ("Austin", "TX", "", "US", "America/Chicago"),
        ("Nowhere", "TX", "", "US", "America/Chicago"),
        ("", "TX", "79901", "US", "America/Denver"),
        ("Pensacola", "FL", "", "US", "America/Chicago"),
        ("Miami", "Florida", "33101", "US", "America/New_York"),
        ("Knoxville", "TN", "", "US", "America/New_York"),
        ("Nashville", "TN", "", "US", "America/Chicago"),
        ("Louisville", "KY", "", "US", "America/Kentucky/Louisville"),
        ("Gary", "IN", "", "US", "America/Chicago"),
        ("Indianapolis", "IN", "46201", "US", "America/Indiana/Indianapolis"),
        ("Coeur d'Alene", "ID", "", "US", "America/Los_Angeles"),
        ("Rapid City", "SD", "57701", "US", "America/Denver"),
        ("", "", "94105-1234", "US", "America/Los_Angeles"),
        ("Springfield", "", "62701", "US", "America/Chicago"),
        ("New York", "", "", "US", "America/New_York"),
        ("San Juan", "", "00901", "US", "America/Puerto_Rico"),
        ("St. Louis", "", "", "US", "America/Chicago"),
        // Canada.
        ("Toronto", "ON", "M5V 2T6", "Canada", "America/Toronto"),
        ("Thunder Bay", "Ontario", "", "CA", "America/Toronto"),
        ("Kenora", "ON", "", "CA", "America/Winnipeg"),
        ("", "", "V6B 1A1", "Kanada", "America/Vancouver"),
        ("Cranbrook", "BC", "", "CA", "America/Edmonton"),
        ("Montréal", "Québec", "", "CA", "America/Toronto"),
        ("", "", "A2V 1A1", "CA", "America/Goose_Bay"),
        ("Regina", "", "", "CA", "America/Regina"),
        // Australia.
        ("Sydney", "NSW", "2000", "Australia", "Australia/Sydney"),
        ("Broken Hill", "NSW", "", "AU", "Australia/Broken_Hill"),
        ("Perth", "", "", "Australien", "Australia/Perth"),
        ("", "", "4000", "AUS", "Australia/Brisbane"),
        ("", "", "0800", "AU", "Australia/Darwin"),
        ("Lord Howe Island", "", "2898", "AU", "Australia/Lord_Howe"),
        // Brazil, Mexico, Chile, Ecuador, Argentina.
        ("São Paulo", "SP", "", "Brasil", "America/Sao_Paulo"),
        ("Manaus", "", "", "Brazil", "America/Manaus"),
        ("", "", "69900-000", "BR", "America/Rio_Branco"),
        ("", "Fernando de Noronha", "53990-000", "BR", "America/Noronha"),
        ("Tijuana", "B.C.", "", "México", "America/Tijuana"),
        ("Cancún", "Quintana Roo", "", "MX", "America/Cancun"),
        ("Ciudad Juárez", "Chihuahua", "", "Mexiko", "America/Ciudad_Juarez"),
        ("", "Región de Magallanes", "", "Chile", "America/Punta_Arenas"),
        ("Santiago", "", "", "Chile", "America/Santiago"),
        ("Puerto Ayora", "Galápagos", "", "Ecuador", "Pacific/Galapagos"),
        ("Ushuaia", "", "", "Argentina", "America/Argentina/Ushuaia"),
        // Russia, Kazakhstan, Mongolia, Indonesia, Malaysia.
        ("Moskau", "", "", "Russland", "Europe/Moscow"),
        ("Екатеринбург", "Свердловская обл.", "620000", "Россия", "Asia/Yekaterinburg"),
        ("Kaliningrad", "Kaliningrad Oblast", "", "RU", "Europe/Kaliningrad"),
        ("", "", "690000", "RU", "Asia/Vladivostok"),
        ("Almaty", "", "", "Kasachstan", "Asia/Almaty"),
        ("Khovd", "Khovd", "", "Mongolia", "Asia/Hovd"),
        ("Denpasar", "Bali", "80111", "Indonesia", "Asia/Makassar"),
        ("Jakarta", "", "", "Indonesien", "Asia/Jakarta"),
        ("Kuching", "Sarawak", "", "Malaysia", "Asia/Kuching"),
        // Spain, Portugal, Ukraine, DR Congo, the Pacific.
        ("Madrid", "", "28001", "España", "Europe/Madrid"),
        ("Las Palmas", "", "35001", "Spain", "Atlantic/Canary"),
        ("Santa Cruz de Tenerife", "Canarias", "", "ES", "Atlantic/Canary"),
        ("Ponta Delgada", "", "", "Portugal", "Atlantic/Azores"),
        ("Funchal", "", "9000-001", "Portugal", "Atlantic/Madeira"),
        ("Kyiv", "", "", "Ukraine", "Europe/Kyiv"),
        ("Lubumbashi", "Haut-Katanga", "", "DR Congo", "Africa/Lubumbashi"),
        ("Kinshasa", "", "", "CD", "Africa/Kinshasa"),
        ("", "Line Islands", "", "Kiribati", "Pacific/Kiritimati"),
        ("Kolonia", "Pohnpei", "", "Micronesia", "Pacific/Pohnpei"),
        ("", "Marquesas", "", "French Polynesia", "Pacific/Marquesas"),
        ("Nuuk", "", "3900", "Greenland", "America/Nuuk"),
        ("Auckland", "", "", "Neuseeland", "Pacific/Auckland"),
        // No country.
        ("München", "", "", "", "Europe/Berlin"),
        ("London", "", "", "", "Europe/London"),
        ("Warschau", "", "", "", "Europe/Warsaw"),
    ] {
        let got = at(&address(city, region, postal_code, country), None);
        let zone = got.as_ref().map(|zoned| zoned.zone.as_str());
        assert_eq!(zone, Ok(want), "{city}, {region}, {postal_code}, {country}: {got:?}");
    }
}

#[test]
fn what_cannot_be_told_says_why() {
    for (city, region, postal_code, country, want) in [
        ("", "", "", "US", "United States has several time zones, and the address does not tell which"),
        ("Springfield", "", "", "US", "United States has several time zones, and the address does not tell which"),
        ("", "Tennessee", "", "US", "United States has several time zones, and the address does not tell which"),
        ("", "", "", "Atlantis", "the country “Atlantis” is not known"),
        ("Nowhere", "", "", "", "the address has no country"),
        ("", "", "", "", "no time zone, address or international phone number is known"),
        ("", "", "", "Bouvet Island", "nobody lives on Bouvet Island"),
    ] {
        let got = at(&address(city, region, postal_code, country), None).map_err(|unknown| unknown.reason);
        assert_eq!(got, Err(want.to_owned()));
    }
    assert_eq!(by_phone("+1 212 555 0100"), Err("several countries share the phone code".to_owned()));
}

#[test]
fn reasons_are_words() {
    for (address, want) in [
        (address("Berlin", "", "", "DE"), "Germany"),
        (address("El Paso", "TX", "", "US"), "El Paso, Texas, United States"),
        (address("Boston", "MA", "", "US"), "Massachusetts, United States"),
        (address("Nowhere", "TX", "", "US"), "most of Texas, United States"),
        (address("", "", "94105", "US"), "postal code 94105, United States"),
        (address("Manaus", "", "", "BR"), "Manaus, Brazil"),
        (address("Bilbao", "", "", "ES"), "most of Spain"),
        (address("Tokyo", "", "", ""), "Tokyo"),
    ] {
        assert_eq!(at(&address, None).unwrap().reason, want);
    }
    let source = ZoneSource { phone: Some("+49 30 1234567"), ..ZoneSource::default() };
    assert_eq!(of_person(source).unwrap().reason, "phone code +49, Germany");
    let source = ZoneSource { time_zone: Some("europe/vienna"), ..source };
    assert_eq!(of_person(source).unwrap(), told("Europe/Vienna", "the record's time zone"));
}

#[test]
fn what_is_more_exact_comes_first() {
    let perth = address("Perth", "", "", "AU");
    let source = ZoneSource { time_zone: Some("Asia/Tokyo"), address: Some(&perth), phone: Some("+49 30 1") };
    assert_eq!(of_person(source).unwrap().zone, "Asia/Tokyo");
    assert_eq!(of_person(ZoneSource { time_zone: Some("Nowhere"), ..source }).unwrap().zone, "Australia/Perth");
    // An address that tells nothing leaves it to the phone, and the phone's country helps to read an address.
    assert_eq!(at(&address("", "", "", "Atlantis"), Some("+49 30 1")).unwrap().zone, "Europe/Berlin");
    assert_eq!(at(&address("Perth", "", "", ""), Some("+61 8 1")).unwrap().zone, "Australia/Perth");
    assert_eq!(at(&address("", "TX", "", ""), Some("+1 512 555 0100")).unwrap().zone, "America/Chicago");
    assert_eq!(at(&address("", "ON", "", ""), Some("+1 416 555 0100")).unwrap().zone, "America/Toronto");
}

#[test]
fn phone_codes_tell_a_country_when_only_one_clock_has_them() {
    for (phone, want) in [
        ("+49 30 1234567", Some("Europe/Berlin")),
        ("0049301234567", Some("Europe/Berlin")),
        ("(+386) 1 234 56 78", Some("Europe/Ljubljana")),
        ("+44 20 7946 0000", Some("Europe/London")),
        ("+1-876-555-0100", Some("America/Jamaica")),
        ("+1 787 555 0100", Some("America/Puerto_Rico")),
        ("+7 727 250 0000", Some("Asia/Almaty")),
        ("+39 06 1", Some("Europe/Rome")),
        ("+7 495 1234567", None),
        ("+1 212 555 0100", None),
        ("+61 2 9999 9999", None),
        ("030 1234567", None),
        ("12 + 49", None),
        ("", None),
        ("+", None),
        ("+999", None),
    ] {
        assert_eq!(by_phone(phone).ok().as_deref(), want, "{phone}");
    }
}

#[test]
fn every_country_resolves_or_says_why_not() {
    let mut untold = Vec::new();
    for (country, line) in country::all() {
        let names: Vec<_> = line.split('|').enumerate().filter(|(n, _)| *n != 2).map(|(_, name)| name).collect();
        for name in names {
            assert_eq!(country::find(name).map(|found| found.code), Some(country.code), "{name}");
        }
        match at(&address("", "", "", country.code), None) {
            Ok(zoned) => assert!(named(&zoned.zone).is_some(), "{zoned:?}"),
            Err(unknown) => {
                assert!(unknown.reason.contains(country.name));
                untold.push(country.code);
            }
        }
    }
    assert_eq!(country::all().count(), 250, "ISO 3166-1 has 249, and Kosovo");
    assert_eq!(untold, ["AQ", "AU", "BV", "CA", "CD", "FM", "HM", "ID", "MX", "RU", "UM", "US"]);
}

#[test]
fn every_region_resolves_by_code_and_by_name() {
    for (country, _) in country::all() {
        let codes: Vec<_> = region::of(country.code).map(|(region, _)| region.code).collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{}", country.code);
        for (region, names) in region::of(country.code) {
            assert!(named(region.zone).is_some(), "{region:?}");
            for name in names.split('|').chain([region.code]) {
                let found = region::find(country.code, name).map(|found| found.code);
                assert_eq!(found, Some(region.code), "{} {name}", country.code);
            }
        }
    }
}

#[test]
fn the_tables_hold_together() {
    for (key, zone, names) in city::sections() {
        assert!(named(zone).is_some(), "{zone}");
        if let Some((country, code)) = key.trim_end_matches('~').split_once('-') {
            assert!(region::of(country).any(|(region, _)| region.code == code), "{key}");
        }
        for name in names.lines() {
            assert_eq!(fold::fold(name), name, "the generator folds as we do");
        }
    }
    for (country, _) in country::all() {
        for (first, last, zone) in postal::rules(country.code) {
            assert!(first.len() == last.len() && first <= last, "{first}-{last}");
            assert!(zone.is_empty() || named(zone).is_some(), "{zone}");
        }
    }
}

mod names;
