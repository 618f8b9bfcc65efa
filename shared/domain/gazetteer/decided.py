"""Decisions by hand: limits, languages, corrections, and names that no source has."""

from collections import defaultdict

# A country or region is told by one zone when this share of its people lives on the same clock.
MOST = 0.9
# A name that several places share stands for one of them when it has this share of their people.
DOMINANT = 0.8
# People that a place has at least, to be listed by its name alone.
LISTED = defaultdict(int, AR=5_000, AU=8_000, BR=10_000, CA=5_000, CD=5_000, ID=15_000, KZ=5_000, MX=15_000, MY=5_000,
                     RU=15_000, UA=5_000, US=5_000, UZ=5_000)
# The same for places of an unknown country, and for other spellings of a name.
WORLD, SPELLINGS = 100_000, 300_000
# The same for places in a region that keep the clock of most of its people: others are listed all.
USUAL = 2_000
# The same for spellings in Cyrillic, where that is the country's own.
CYRILLIC = 100_000
# Languages in which the cities of time zones are listed.
LANGUAGES = "en de fr es it pt nl sl hr pl cs da sv nb fi hu tr".split()
# Languages in which the names of all countries are listed; each country's own are added.
COUNTRY_LANGUAGES = [*LANGUAGES, *"sk ro bg el et lv lt ru uk ar he ja ko zh zh_Hant pt_PT".split()]
# Countries that are told as one whatever their clocks: Beijing time is official in all of China.
ONE_ZONE = {"CN": "Asia/Shanghai"}

# GeoNames' regions with several zones, the code that regions.txt has for them, and the zones to believe. Others
# in them are places at a border that were put on its wrong side.
SPLIT = {
    "US": {
        "AK": "AK America/Anchorage America/Juneau America/Sitka America/Metlakatla America/Yakutat America/Nome",
        "AL": "AL America/Chicago America/New_York", "AZ": "AZ America/Phoenix America/Denver",
        "FL": "FL America/New_York America/Chicago", "ID": "ID America/Boise America/Los_Angeles",
        "IN": "IN America/Indiana/Indianapolis America/New_York America/Chicago America/Kentucky/Louisville"
              " America/Indiana/Vincennes America/Indiana/Tell_City America/Indiana/Marengo"
              " America/Indiana/Petersburg America/Indiana/Vevay America/Indiana/Knox America/Indiana/Winamac",
        "KS": "KS America/Chicago America/Denver",
        "KY": "KY America/New_York America/Chicago America/Kentucky/Louisville America/Kentucky/Monticello",
        "MI": "MI America/Detroit America/Menominee",
        "ND": "ND America/Chicago America/Denver America/North_Dakota/Beulah America/North_Dakota/Center"
              " America/North_Dakota/New_Salem",
        "NE": "NE America/Chicago America/Denver", "OR": "OR America/Los_Angeles America/Boise",
        "SD": "SD America/Chicago America/Denver", "TN": "TN America/Chicago America/New_York",
        "TX": "TX America/Chicago America/Denver",
    },
    "CA": {
        "02": "BC America/Vancouver America/Edmonton America/Dawson_Creek America/Creston America/Fort_Nelson",
        "05": "NL America/St_Johns America/Goose_Bay", "07": "NS America/Halifax America/Glace_Bay",
        "08": "ON America/Toronto America/Atikokan America/Winnipeg",
        "10": "QC America/Toronto America/Halifax America/Blanc-Sablon",
        "11": "SK America/Regina America/Winnipeg America/Swift_Current",
        "12": "YT America/Whitehorse America/Dawson", "13": "NT America/Edmonton America/Inuvik",
        "14": "NU America/Iqaluit America/Rankin_Inlet America/Cambridge_Bay America/Atikokan",
    },
    "AU": {"02": "NSW Australia/Sydney Australia/Broken_Hill"},
    "BR": {
        "04": "AM America/Manaus America/Eirunepe", "16": "PA America/Belem America/Santarem",
        "30": "PE America/Recife America/Noronha",
    },
    "MX": {
        "06": "CHH America/Chihuahua America/Ciudad_Juarez America/Ojinaga",
        "07": "COA America/Monterrey America/Matamoros", "18": "NAY America/Mazatlan America/Bahia_Banderas",
        "19": "NLE America/Monterrey America/Matamoros", "28": "TAM America/Monterrey America/Matamoros",
    },
    "RU": {"63": "SA Asia/Yakutsk Asia/Vladivostok Asia/Magadan"},
    "CL": {"01": "VS America/Santiago Pacific/Easter"},
}
# What GeoNames has otherwise than the time zone database, by its id: three towns of Alabama keep eastern time in
# practice, Ust-Nera has a zone of its own.
CORRECTED = {
    2120048: "Asia/Ust-Nera", 4071763: "America/New_York", 4090684: "America/New_York", 4095186: "America/New_York",
}
# The same by region: since 2024 only three provinces of Mongolia are in the west, and Auckland never was in Chatham.
CORRECTED_REGIONS = {
    ("MN", "09"): "Asia/Ulaanbaatar", ("MN", "10"): "Asia/Ulaanbaatar", ("NZ", "E7"): "Pacific/Auckland",
}
# Names that no list has, and codes in wide use that are not ISO's.
ALIASES = {
    "AE": "uae|emirates",
    "AR": "argentine republic",
    "BA": "bosnia|bosnia herz",
    "BN": "brunei",
    "BO": "bolivia|plurinational state of bolivia",
    "BQ": "bonaire|saba|sint eustatius|bonaire sint eustatius and saba",
    "BS": "the bahamas",
    "BY": "hviterussland|beyaz rusya",
    "CC": "cocos islands|keeling islands",
    "CD": "drc|dr congo|democratic republic of the congo|democratic republic of congo|congo kinshasa|zaire",
    "CF": "car",
    "CG": "republic of the congo|congo brazzaville|congo",
    "CH": "swiss confederation",
    "CI": "ivory coast|wybrzeze kosci sloniowej",
    "CN": "prc|peoples republic of china|pr china|mainland china|vr china|rp chine|中國|中国",
    "CV": "cape verde",
    "CZ": "czech republic|tschechische republik|cesko|republique tcheque|republica checa|repubblica ceca"
        "|ceska republika",
    "DE": "brd|federal republic of germany|ger",
    "DO": "dominican republic",
    "EG": "arab republic of egypt",
    "ER": "state of eritrea",
    "FK": "falkland islands|malvinas|falkland islands malvinas",
    "FM": "federated states of micronesia",
    "FR": "french republic",
    "GA": "gabonese republic",
    "GB": "uk|gb|united kingdom of great britain and northern ireland|great britain|britain|england|scotland|wales"
        "|northern ireland|grossbritannien|vereinigtes konigreich|gran bretana|grande bretagne|gran bretagna"
        "|gra bretanha|groot brittannie|velka britanie|velika britanija|nagy britannia|marea britanie|inglaterra"
        "|angleterre|inghilterra|engeland|anglia|anglie|anglija|ingiltere",
    "GM": "the gambia",
    "GR": "el|hellas|ellada|hellenic republic",
    "GS": "south georgia",
    "HK": "hong kong|hongkong|hong kong china|香港|гонконг|hong kong special administrative region of china"
        "|hong kong sar",
    "HM": "heard island",
    "IE": "eire|republic of ireland",
    "IL": "state of israel",
    "IR": "iran|islamic republic of iran|arab republic of iran",
    "IT": "italian republic",
    "KG": "kyrgyz republic",
    "KN": "st kitts nevis",
    "KP": "north korea|dprk|democratic peoples republic of korea|democratic republic of korea|朝鮮|n korea"
        "|peoples republic of korea|peoples democratic republic of korea",
    "KR": "south korea|korea|republic of korea|rok|韓國|韩国|한국|s korea",
    "KW": "state of kuwait",
    "LA": "laos|lao pdr|lao peoples democratic republic",
    "LB": "lebanese republic",
    "LY": "libya|libyan arab jamahiriya",
    "MD": "moldova|moldavia",
    "MF": "st martin french part",
    "MK": "macedonia|north macedonia|former yugoslav republic of macedonia|fyrom|n macedonia",
    "MM": "burma|myanmar",
    "MO": "macao|macau|makao|macao china|澳門|澳门|макао|macao special administrative region of china|macao sar"
        "|macau sar",
    "MX": "united mexican states",
    "NL": "holland|the netherlands|holanda|olanda|ολλανδια",
    "NZ": "nz",
    "PG": "png",
    "PS": "palestine|palestina|palastina|palestyna|палестина|παλαιστινη|state of palestine|palestinian territory"
        "|occupied palestinian territory",
    "PT": "portuguese republic",
    "QA": "state of qatar",
    "RU": "russian federation|russische foderation|rossiia|rf|рф|российская федерация",
    "RW": "rwandese republic",
    "SA": "ksa",
    "SH": "st helena|st helena ascension and tristan da cunha",
    "SK": "slovak republic|slovenska republika",
    "SR": "surinam",
    "ST": "sao tome",
    "SX": "sint maarten|sint maarten dutch part",
    "SY": "syria|syrian arab republic",
    "SZ": "swaziland",
    "TC": "turks and caicos",
    "TG": "togolese republic",
    "TL": "east timor",
    "TR": "turkey|turkiye",
    "TW": "taiwan|republic of china|roc|taiwan province of china|taiwan roc|taiwan china|台灣|臺灣|台湾",
    "TZ": "tanzania|united republic of tanzania",
    "UM": "us minor outlying islands|united states minor outlying islands",
    "US": "us|usa|america|united states of america|vereinigte staaten von amerika|vereinigte staaten|ee uu|eeuu"
        "|estados unidos de america|estados unidos da america|etats unis damerique|stati uniti damerica"
        "|verenigde staten van amerika|amerikai egyesult allamok|ηνωμενες πολιτειες αμερικης|amerika|zda|sad|abd"
        "|сша|米国|美国|美國|アメリカ|eua",
    "VA": "vatican|holy see|holy see vatican city state",
    "VE": "venezuela|bolivarian republic of venezuela",
    "VG": "bvi|british virgin islands",
    "VI": "usvi|us virgin islands|virgin islands of the united states",
    "VN": "vietnam|viet nam",
    "XK": "xkx|kosovo",
    "ZA": "rsa|юар|s africa",
}
# What the people of big places call them, where GeoNames has the English name.
LOCAL = {
    "Munich": "München", "Nuremberg": "Nürnberg", "Cologne": "Köln", "Hanover": "Hannover", "Geneva": "Genève|Genf",
    "Milan": "Milano|Mailand", "Turin": "Torino", "Florence": "Firenze|Florenz", "Naples": "Napoli|Neapel",
    "Venice": "Venezia|Venedig", "Genoa": "Genova|Genua", "Gothenburg": "Göteborg", "Antwerpen": "Antwerp|Anvers",
    "The Hague": "Den Haag", "Seville": "Sevilla", "Bucharest": "București", "Kraków": "Krakow|Krakau|Cracow",
    "Wrocław": "Breslau", "Gdańsk": "Danzig", "Thessaloníki": "Thessaloniki|Saloniki", "Lisbon": "Lisboa",
    "Rome": "Roma", "Prague": "Praha", "Warsaw": "Warszawa", "Brussels": "Bruxelles|Brussel", "Athens": "Athina",
    "Belgrade": "Beograd", "Copenhagen": "København", "Vienna": "Wien", "New York City": "New York|NYC",
    "Zürich": "Zurich|Zuerich", "Moscow": "Moskva", "Saint Petersburg": "Sankt-Peterburg",
}
# Ships have 870 whatever GeoNames says. Kazakhstan shares the code of Russia, under numbers of its own.
NOBODYS = {"870"}
PHONES = {"76": ["KZ"], "77": ["KZ"], "7": ["RU"], "1": ["US", "CA"], "262269": ["YT"], "262639": ["YT"]}
