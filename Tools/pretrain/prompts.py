"""Prompt sets of the knowledge base, as far as the bundled model is trained with them."""

import json
from pathlib import Path

_KNOWLEDGE = Path(__file__).resolve().parents[2] / "Config" / "knowledge-base"


def _read(name):
    return json.loads((_KNOWLEDGE / f"{name}.json").read_text(encoding="utf-8"))


def _phrases(dataset, kind):
    types = {entry["name"]: entry["phrases"] for entry in _read(dataset)["defectTypes"]}
    return types[kind]


TEMPLATES = _read("templates")["templates"]
NORMAL = _read("normal-states")["phrases"]

# Wordings of the normal state that other prompt sets use; seen in training only.
NORMAL_VARIANTS = ["{} in pristine condition", "{} with no imperfections", "{} with ideal quality", "{} of ideal quality"]

# What the model is asked for: types of the knowledge base's general set, in the order of the anchors.
TYPES = (
    "scratch", "crack", "hole", "dent", "stain", "liquid", "contamination", "color", "cut", "poke", "bent", "broken",
    "missing", "misplaced", "thread", "print_error", "rust", "burr",
)  # fmt: skip
STATES = ("normal", *TYPES)
DEFECTS = {name: _phrases("general", name) for name in TYPES}

# Other wordings of what the factory paints under each type; seen in training so that they work too.
_RELATED = {
    "scratch": [("visa", "scratch"), ("mpdd", "scratch"), ("general", "abrasion")],
    "crack": [("visa", "crack")],
    "hole": [("visa", "hole"), ("mpdd", "hole")],
    "dent": [("general", "deformation"), ("mvtec-ad", "squeeze"), ("mpdd", "flattening")],
    "stain": [("visa", "spot")],
    "liquid": [("visa", "leak"), ("general", "glue")],
    "contamination": [("visa", "particle"), ("visa", "extra")],
    "color": [("visa", "discolor"), ("general", "burnt")],
    "bent": [("visa", "bent"), ("mpdd", "bent")],
    "broken": [("visa", "broken"), ("general", "chip")],
    "missing": [("visa", "missing")],
    "misplaced": [("visa", "wrong_place")],
    "print_error": [("mvtec-ad", "faulty_imprint")],
    "rust": [("mpdd", "rust")],
}
DEFECT_VARIANTS = {name: [text for pair in _RELATED.get(name, ()) for text in _phrases(*pair)] for name in TYPES}

_SPELLINGS = {"faulty imprint": "print_error", "faulty_imprint": "print_error", "print error": "print_error"}


def canonical(name):
    """The knowledge base's name of a type as the factory spells it."""
    name = _SPELLINGS.get(name.lower(), name.lower())
    if name not in TYPES:
        raise ValueError(f"the factory paints {name!r}, which is none of {', '.join(TYPES)}")
    return name


def type_list(text):
    """Defect types from a list on the command line."""
    return tuple(canonical(name) for name in text.split(","))


GENERIC_NOUNS = ("object", "part", "component", "product", "item", "surface", "workpiece")

# Nouns that no family carries: the text tower learns that the noun does not change the state.
OTHER_NOUNS = (
    "screw bolt rivet spring bearing shaft pipe tube valve lens mirror bottle cap can lid bag pouch foil film screen "
    "display panel door handle knob button switch fuse battery cell chip wafer resistor capacitor motor pump fan blade "
    "rotor piston cylinder flange hinge lock key chain belt rope thread yarn sock shirt shoe glove helmet brush "
    "toothbrush zipper transistor hazelnut cashew macaroni candle fryum chewinggum cookie bread cheese egg fruit "
    "almond coin stamp card book paper box carton pallet tray crate bucket brick cement glass window tile roof wall "
    "floor road rail wheel tire rim brake disc pad hose clamp nozzle filter seal ring gasket spacer insert frame mold "
    "die tool drill saw file knife fork spoon plate cup bowl pan pot vase toy doll car truck plane ship turbine vane "
    "connector plug audiojack usb terminal mount strip eraser woodstick mint porcelain bead beads sensor camera phone "
    "laptop tablet pen pencil syringe vial ampoule implant stent catheter mask bandage metal_nut pipe_fryum bracket_black "
    "metal_plate tubes capsules pcb2 pcb3 macaroni2 transistor1 bottle_cap plastic_nut sim_card_set unit assembly sample piece"
).split()


def training_phrases(state):
    """All wordings of a state that training draws from."""
    if state == "normal":
        return NORMAL + NORMAL_VARIANTS
    return DEFECTS[state] + DEFECT_VARIANTS[state]


def fill(template, phrase, noun):
    """One prompt: the phrase with the object's name, inside the template."""
    return template.replace("{}", phrase.replace("{}", noun))


def ensemble(phrases, noun):
    """Every prompt of a state for one noun, phrase-major."""
    return [fill(template, phrase, noun) for phrase in phrases for template in TEMPLATES]
