"""English abbreviations, units, signs and acronyms, as words."""

from typing import Final

TITLES: Final = {
    r"Mr\b\.?": "Mister",
    r"Mrs\b\.?": "Missus",
    r"Ms\b\.?": "Miz",
    r"Dr\b\.?(?=\s*(?:$|[,;)0-9]|Apt|Bldg|Ste|Unit|Rm|No\.))": "Drive",
    r"Dr\b\.?": "Doctor",
    r"Prof\.": "Professor",
    r"Jr\b\.?": "Junior",
    r"Sr\b\.?": "Senior",
}
ADDRESSES: Final = {
    r"Ave\b\.?": "Avenue",
    r"Blvd\b\.?": "Boulevard",
    r"Rd\b\.?": "Road",
    r"Ln\b\.?": "Lane",
    r"Sq\b\.": "Square",
    r"Hwy\b\.?": "Highway",
    r"Bldg\b\.?": "Building",
    r"Apt\b\.?": "Apartment",
    r"Ste\b\.?(?=\s*[0-9])": "Suite",
    r"Rm\b\.?(?=\s*[0-9])": "Room",
    r"Fl\b\.(?=\s*[0-9])": "Floor",
    r"Mt\.": "Mount",
    r"Ft\.": "Fort",
    r"Hosp\.": "Hospital",
    r"Dept\b\.?": "Department",
    r"ul\.": "ulitsa",
    r"pr-t\b\.?|prosp\.": "prospekt",
    r"per\.(?=\s*[A-Z])": "pereulok",
    r"korp\.(?=\s*[0-9])": "block",
    r"d\.(?=\s*[0-9])": "building",
    r"kv\.(?=\s*[0-9])": "apartment",
}
OTHERS: Final = {
    r"e\.\s?g\.": "for example",
    r"i\.\s?e\.": "that is",
    r"etc\.": "et cetera",
    r"vs\b\.?": "versus",
    r"approx\.": "approximately",
    r"[Aa]ppt\.": "appointment",
    r"tel\.": "telephone",
    r"ext\.(?=\s*[0-9])": "extension",
    r"temp\.": "temperature",
    r"max\.": "maximum",
    r"min\.(?=\s*[0-9])": "minimum",
    r"No\.(?=\s*[0-9])|Nr\.(?=\s*[0-9])": "number",
    r"nos\.(?=\s*[0-9])": "numbers",
}

UNITS: Final = {
    "mg": ("milligram", "milligrams"),
    "mcg": ("microgram", "micrograms"),
    "µg": ("microgram", "micrograms"),
    "μg": ("microgram", "micrograms"),
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"),
    "l": ("liter", "liters"),
    "L": ("liter", "liters"),
    "dl": ("deciliter", "deciliters"),
    "dL": ("deciliter", "deciliters"),
    "mm": ("millimeter", "millimeters"),
    "cm": ("centimeter", "centimeters"),
    "m": ("meter", "meters"),
    "km": ("kilometer", "kilometers"),
    "mmol": ("millimole", "millimoles"),
    "mmHg": ("millimeter of mercury", "millimeters of mercury"),
    "mm Hg": ("millimeter of mercury", "millimeters of mercury"),
    "bpm": ("beat per minute", "beats per minute"),
    "IU": ("international unit", "international units"),
    "h": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "min": ("minute", "minutes"),
    "sec": ("second", "seconds"),
    "kcal": ("kilocalorie", "kilocalories"),
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "°": ("degree", "degrees"),
    "°C": ("degree", "degrees"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "%": ("percent", "percent"),
}
PER: Final = {
    "l": "liter", "L": "liter", "dl": "deciliter", "dL": "deciliter", "ml": "milliliter", "mL": "milliliter",
    "kg": "kilogram", "h": "hour", "min": "minute", "day": "day", "d": "day",
}  # fmt: skip

CURRENCIES: Final = {
    "$": (("dollar", "dollars"), ("cent", "cents")),
    "USD": (("dollar", "dollars"), ("cent", "cents")),
    "€": (("euro", "euros"), ("cent", "cents")),
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "£": (("pound", "pounds"), ("penny", "pence")),
    "GBP": (("pound", "pounds"), ("penny", "pence")),
    "₽": (("ruble", "rubles"), ("kopeck", "kopecks")),
    "RUB": (("ruble", "rubles"), ("kopeck", "kopecks")),
    "rub.": (("ruble", "rubles"), ("kopeck", "kopecks")),
}

SYMBOLS: Final = {
    "№": "number",
    "&": "and",
    "+": "plus",
    "=": "equals",
    "%": "percent",
    "°": "degrees",
    "@": "at",
    "<": "less than",
    ">": "more than",
    "≤": "at most",
    "≥": "at least",
    "±": "plus or minus",
    "~": "about",
    "≈": "about",
}
FRACTIONS: Final = {
    "1/2": "one half",
    "1/3": "one third",
    "2/3": "two thirds",
    "1/4": "one quarter",
    "3/4": "three quarters",
    "24/7": "twenty-four seven",
}
BEHIND_WHOLE: Final = {"1/2": "a half", "1/3": "a third", "1/4": "a quarter"}
HALVED: Final = (
    "tablet", "pill", "capsule", "teaspoon", "tablespoon", "spoon", "cup", "glass", "dose", "ampoule",
    "sachet", "vial", "hour", "minute", "day", "year", "liter", "milliliter", "gram", "milligram",
)  # fmt: skip
"""What half of is "half a ..."; of other words nobody knows that they are one thing."""
TIMELY: Final = (
    "at|by|from|until|till|to|before|after|between|and|or|around|about|since|time|open"
    "|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|today|tomorrow|tonight|morning|noon"
)
"""A figure with a colon behind these is an hour."""
RATIOS: Final = "ratios?|diluted?|dilutions?|tit(?:er|re)s?|scale|proportions?|mix(?:ed|ture)?|odds"

SAID_AS_WORDS: Final = frozenset(
    {"AM", "PM", "COVID", "SARS", "MERS", "AIDS", "NATO", "PIN", "SIM", "UNICEF"}
)
SPELLED_OUT: Final = frozenset(
    {
        "MRI", "CT", "PCR", "ECG", "EKG", "EEG", "HIV", "DNA", "RNA", "ENT", "ICU", "GP", "ER",
        "BP", "ID", "IV", "TB", "BMI", "UTI", "MMR", "HPV", "RSV", "SMS", "WHO", "NHS", "PSA",
        "TSH", "LDL", "HDL", "ESR", "CBC", "ALT", "AST", "USA", "UK", "EU", "UN", "CEO", "FAQ",
        "OB", "IVF", "ADHD", "COPD", "NICU", "URL", "VIP", "UAE",
    }
)  # fmt: skip
SHORT_WORDS: Final = frozenset(
    {
        "THE", "AND", "FOR", "NOT", "YOU", "ARE", "ALL", "NEW", "OLD", "DAY", "ONE", "TWO", "SIX",
        "TEN", "NO", "YES", "OF", "TO", "IN", "ON", "AT", "IS", "IT", "BY", "OR", "WE", "BE", "AN",
        "AS", "IF", "MY", "UP", "SO", "DO", "GO", "OUR", "WAS", "HAS", "CAN", "MAY", "OUT", "WAY",
        "ANY", "NOW", "AGE", "EYE", "EAR", "ARM", "LEG", "FLU",
    }
)  # fmt: skip
"""What is capitals only because somebody shouts."""
CYRILLIC_INITIALS: Final = {
    "Ж": "Zhe", "Х": "Kha", "Ц": "Tse", "Ч": "Che", "Ш": "Sha", "Щ": "Shya", "Ы": "Y", "Э": "E",
}  # fmt: skip
BY_EAR: Final = {
    r"^Shch": "Sh",
    r"^Serge[iy](?=ev|$)|^Serge(?=ev)": "Sergay",
    r"^Y?evgen(?=iy?$|y$)": "Yevghen",
    r"^Gen(?=ad|nad)": "Ghen",
    r"^Georg(?=iy|y)": "Gheorgh",
    r"^(Py|Pe)otr$|^Petr$": "Peeotr",
    r"^F[ye]+odor|^Fedor$": "Feeodor",
    r"^Vyach": "Veeach",
    r"^Natal(?=ya$|ia$)": "Nahtal",
}
"""Russian names that an English voice mangles: it spells "Shch" out and says the g of Sergey as in gem."""
NUMERALS: Final = {
    "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10,
}  # fmt: skip
