//! The day that an out-of-office note names as its end.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::phrases::fold;

/// Words after which the day stands, those that name the return before those that name the end of the absence.
const BEFORE: [&[&str]; 2] = [
    &[
        "back on",
        "back in the office on",
        "returning on",
        "return on",
        "returning",
        "i return",
        "back at work on",
        "wieder am",
        "ab dem",
        "wieder ab",
        "zurück am",
        "wieder im büro am",
        "zurück ab",
        "de retour le",
        "à partir du",
        "retour le",
        "regreso el",
        "volveré el",
        "vuelvo el",
        "a partir del",
        "rientro il",
        "rientrerò il",
        "tornerò il",
        "a partire dal",
        "terug op",
        "terug vanaf",
        "weer aanwezig op",
        "vanaf",
        "vrnem se",
        "vrnem",
        "nazaj",
        "ponovno dosegljiv",
        "ponovno dosegljiva",
    ],
    &[
        "until",
        "till",
        "through",
        "bis zum",
        "bis einschließlich",
        "bis",
        "jusqu'au",
        "hasta el",
        "hasta",
        "fino al",
        "fino a",
        "tot en met",
        "t/m",
        "tot",
        "do vključno",
        "do",
    ],
];

/// How far behind these words the day may begin, in words.
const REACH: usize = 4;

/// The day that a note names, as seen on the day it came.
pub(super) fn date(subject: &str, text: &str, today: Date) -> Option<Date> {
    let text = fold(&format!("{subject} . {text}"));
    let words: Vec<&str> = text.split(' ').collect();
    BEFORE.iter().find_map(|phrases| after_any(phrases, &words, today))
}

fn after_any(phrases: &[&str], words: &[&str], today: Date) -> Option<Date> {
    (0..words.len()).find_map(|at| {
        let phrase = phrases.iter().map(|phrase| phrase.split(' ').collect::<Vec<_>>());
        let longest = phrase.filter(|phrase| words[at..].starts_with(phrase)).map(|phrase| phrase.len()).max()?;
        let from = at + longest;
        (from..words.len().min(from + REACH))
            .find_map(|at| read(&words[at..], today))
            .or_else(|| words.get(from).and_then(|word| weekday(word)).map(|day| next(day, today)))
    })
}

/// A day at the beginning of these words: `2026-12-01`, `1.12.2026`, `1/12`, `1. dezember`, `december 1st, 2026`.
fn read(words: &[&str], today: Date) -> Option<Date> {
    let numbers = numbers(words[0]);
    match numbers[..] {
        [year, month, day] if year > 1000 => valid(year, month, day),
        [day, month, year] => day_and_month(day, month, Some(year), words[0], today),
        [day, month] if words[0].contains(['.', '/', '-']) => {
            let year = words.get(1).and_then(|word| plain(word)).filter(|year| *year > 1000);
            day_and_month(day, month, year, words[0], today)
        }
        [day] => {
            // "1er décembre", "1 de diciembre de 2026", "1. decembra"
            let rest: Vec<&str> =
                words[1..].iter().copied().filter(|word| *word != "de" && *word != "of").take(2).collect();
            let month = month(rest.first()?)?;
            day_of_month(day, month, rest.get(1).and_then(|word| plain(word)), today)
        }
        [] => {
            let month = month(words[0])?;
            let day = *self::numbers(words.get(1)?).first()?;
            day_of_month(day, month, words.get(2).and_then(|word| plain(word)), today)
        }
        _ => None,
    }
}

/// With slashes, English may mean the month first; what can be read both ways names no day.
fn day_and_month(day: i16, month: i16, year: Option<i16>, word: &str, today: Date) -> Option<Date> {
    let slashed = word.contains('/');
    match (day, month) {
        (first, second) if slashed && first <= 12 && second > 12 => day_of_month(second, first, year, today),
        (first, second) if slashed && first <= 12 && second <= 12 && first != second => None,
        _ => day_of_month(day, month, year, today),
    }
}

/// Without a year, the next such day; a note names no day that is long over.
fn day_of_month(day: i16, month: i16, year: Option<i16>, today: Date) -> Option<Date> {
    if let Some(year) = year {
        return valid(if year < 100 { 2000 + year } else { year }, month, day);
    }
    let this_year = valid(today.year(), month, day)?;
    if this_year >= today { Some(this_year) } else { valid(today.year() + 1, month, day) }
}

fn valid(year: i16, month: i16, day: i16) -> Option<Date> {
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    (2000..2100).contains(&year).then_some(date)
}

/// The numbers of a word that has digits, separators and endings of ordinals only.
fn numbers(word: &str) -> Vec<i16> {
    let word = word.trim_matches([',', ';', ')', '(', '!', ':']).trim_end_matches('.');
    let parts: Vec<&str> = word.split(['.', '/', '-']).collect();
    let read = |part: &&str| {
        let digits = part.trim_end_matches(|c: char| c.is_alphabetic() || c == 'º' || c == '°');
        let ending = &part[digits.len()..];
        let ordinal = ["", "st", "nd", "rd", "th", "er", "e", "º", "°", "a"].contains(&ending);
        if ordinal { digits.parse().ok() } else { None }
    };
    let numbers: Option<Vec<i16>> = parts.iter().map(read).collect();
    numbers.filter(|numbers| numbers.len() <= 3).unwrap_or_default()
}

fn plain(word: &str) -> Option<i16> {
    word.trim_matches([',', '.', ';', ')', '!']).parse().ok()
}

/// Beginnings of the names of months that tell them apart, in seven languages.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen"],
    &["feb", "fév"],
    &["mar", "mär", "maart", "mrt"],
    &["apr", "avr", "abr"],
    &["may", "mai", "mayo", "mag", "mei", "maj"],
    &["jun", "juin", "giu"],
    &["jul", "juil", "lug"],
    &["aug", "aoû", "ago", "avg"],
    &["sep", "set"],
    &["oct", "okt", "ott"],
    &["nov"],
    &["dec", "dez", "déc", "dic"],
];

fn month(word: &str) -> Option<i16> {
    let word = word.trim_matches([',', '.', ';']);
    let is_word = word.chars().count() >= 3 && word.chars().all(char::is_alphabetic);
    let found = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)));
    found.filter(|_| is_word).and_then(|month| i16::try_from(month + 1).ok())
}

const WEEKDAYS: [(Weekday, &[&str]); 7] = [
    (Weekday::Monday, &["monday", "montag", "lundi", "lunes", "lunedì", "maandag", "ponedeljek", "ponedeljka"]),
    (Weekday::Tuesday, &["tuesday", "dienstag", "mardi", "martes", "martedì", "dinsdag", "torek", "torka"]),
    (
        Weekday::Wednesday,
        &["wednesday", "mittwoch", "mercredi", "miércoles", "mercoledì", "woensdag", "sreda", "srede"],
    ),
    (Weekday::Thursday, &["thursday", "donnerstag", "jeudi", "jueves", "giovedì", "donderdag", "četrtek", "četrtka"]),
    (Weekday::Friday, &["friday", "freitag", "vendredi", "viernes", "venerdì", "vrijdag", "petek", "petka"]),
    (Weekday::Saturday, &["saturday", "samstag", "samedi", "sábado", "sabato", "zaterdag", "sobota", "sobote"]),
    (Weekday::Sunday, &["sunday", "sonntag", "dimanche", "domingo", "domenica", "zondag", "nedelja", "nedelje"]),
];

fn weekday(word: &str) -> Option<Weekday> {
    let word = word.trim_matches([',', '.', ';', '!']);
    WEEKDAYS.iter().find(|(_, names)| names.contains(&word)).map(|(day, _)| *day)
}

fn next(day: Weekday, today: Date) -> Date {
    let ahead = i64::from(today.weekday().until(day));
    today.saturating_add(if ahead == 0 { 7 } else { ahead }.days())
}
