"""What calibration promises and what it keeps: `python calibration.py URL TREE...`, false rejects, escapes and reviews.

TREE has the layout of MVTec AD, for example `multiads synth TREE --products held-out --seed 1009 --side 256 --train 28
--good 30 --defects 4`. The first pictures of `train/good` become a product's references, the rest calibrates it, and
`test` is inspected: with the default threshold, and with what each way of calibrating found.
"""

import argparse
import statistics
from pathlib import Path

import requests

# Whether references are scored against each other, and what the calibration is asked for.
WAYS = {
    "default threshold": (False, None),
    "combined": (False, {"decision": "combined"}),
    "references alone": (False, {"decision": "references"}),
    "references alone, with reviews": (False, {"decision": "references", "reviewRate": 0.12}),
    "references alone, leave-one-out": (True, {"decision": "references"}),
}


def call(method, url, **arguments):
    """The answer's JSON; ends the program with the problem of a refusal."""
    answer = requests.request(method, url, timeout=600, **arguments)
    if answer.status_code >= 400:
        raise SystemExit(f"{method} {url}: {answer.text}")
    return answer.json() if answer.content else None


def form(paths):
    """Pictures as parts of a form."""
    return [("image", (path.name, path.read_bytes())) for path in paths]


def inspect(url, product, pictures):
    """The verdict on each picture, and which share of it is marked."""
    results = [
        call("POST", f"{url}/inspect", params={"product": product, "dryRun": "true"}, data=path.read_bytes())
        for path in pictures
    ]
    return [(r["verdict"], sum(d["areaFraction"] for d in r["defects"])) for r in results]


def measure(url, folder, references, ways):
    """The outcome of each way for one product: what was promised to be refused and looked at, then verdicts and marks."""
    test = sorted((folder / "test").iterdir())
    types = [path.name for path in test if path.name not in ("good", "combined")]
    train = sorted((folder / "train/good").iterdir())
    outcomes = {}
    for number, (way, (leaves_one_out, order)) in enumerate(ways.items()):
        product = f"calibration-{folder.name}-{number}"
        address = f"{url}/products/{product}"
        call("PUT", address, json={"noun": folder.name.replace("_", " "), "defectTypes": types})
        call("POST", f"{address}/references", files=form(train if leaves_one_out else train[:references]))
        while call("GET", address)["status"] != "ready":
            pass
        promised = (0, 0)
        if order:
            pictures = None if leaves_one_out else form(train[references:])
            found = call("POST", f"{address}/calibrate", params=order, files=pictures)
            review = found["review"]
            promised = (found["expectedFalseRejectRate"], review["expectedRate"] if review else 0)
        good = inspect(url, product, sorted((folder / "test/good").iterdir()))
        bad = inspect(url, product, [p for kind in test if kind.name != "good" for p in sorted(kind.iterdir())])
        outcomes[way] = (promised, [v for v, _ in good], [v for v, _ in bad], [area for _, area in bad])
        call("DELETE", address)
    return outcomes


def percent(values):
    """The mean in percent."""
    return f"{100 * statistics.mean(values):.1f}"


def share(verdicts, verdict):
    """How many percent have a verdict."""
    return percent([each == verdict for each in verdicts])


def main():
    """Prints false rejects, escapes and reviews per product, and over all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--references", type=int, default=4)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS), metavar="WAY")
    options = parser.parse_args()
    ways = {way: WAYS[way] for way in options.ways}
    total = {way: ([], [], [], []) for way in ways}
    print(f"good parts refused / defective parts passed, percent: {', '.join(ways)}")
    for tree in options.trees:
        for folder in sorted(path for path in tree.iterdir() if path.is_dir()):
            outcomes = measure(options.url, folder, options.references, ways)
            figures = [f"{share(good, 'notOk')} / {share(bad, 'ok')}" for _, good, bad, _ in outcomes.values()]
            print(f"{tree.name} {folder.name}: {', '.join(figures)}", flush=True)
            for way, (promised, *lists) in outcomes.items():
                total[way][0].append(promised)
                for all_values, values in zip(total[way][1:], lists):
                    all_values += values
    for way, (promised, good, bad, marked) in total.items():
        refused, looked_at = (percent(values) for values in zip(*promised))
        print(
            f"{way}: {share(good, 'notOk')} % of {len(good)} good parts refused (promised {refused}), "
            f"{share(good, 'undecidable')} % looked at (promised {looked_at}); {share(bad, 'ok')} % of {len(bad)} defective parts passed, "
            f"{share(bad, 'undecidable')} % looked at, {percent(marked)} % of their pictures marked"
        )


if __name__ == "__main__":
    main()
