#!/usr/bin/env python3
"""Uses the console as a person would, in headless Chromium, against a fresh service with the bundled model.

Every step is judged by what the page shows and what the service then says; anything that the page logs as an error, and
any request to another host, is a failure. Pictures of every page are kept where --shots says, to be looked at.

usage: Tools/console/check.py [--program .build/release/multiads] [--url URL] [--shots FOLDER] [--chromium PATH]
Needs Playwright for Python and a Chromium; Tools/console/run.sh gets the former.
"""
import argparse
import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.request

from playwright.sync_api import expect, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Refusals that belong to what is done here: a file that is no picture, no label or picture yet, a product that is there.
EXPECTED = ["^415 .*/inspect", "^404 .*/(label|image)$", "^412 .*/products/board$"]
PARTS = ROOT / "Tests/Fixtures/BundledModel"


class Check:
    def __init__(self, page, url, shots, good):
        self.page, self.url, self.shots, self.good = page, url, shots, good

    def shot(self, name):
        if self.shots:
            self.page.screenshot(path=str(self.shots / f"{name}.png"), full_page=True)

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)

    def open(self, place):
        self.page.goto(f"{self.url}/#/{place}")
        expect(self.page.locator("#main")).not_to_contain_text("Loading …")

    def inspect(self):
        """Two pictures, one of them defective, and a file that is none."""
        page = self.page
        self.open("inspect")
        page.get_by_label("Part").fill("<b>A-17</b>")
        files = [PARTS / "30-wood-clean.jpg", PARTS / "32-wood-hole.jpg", ROOT / "README.md"]
        page.locator("input[type=file]").set_input_files([str(file) for file in files])
        expect(page.locator(".thumb.ok")).to_have_count(1)
        expect(page.locator(".thumb.notOk")).to_have_count(1)
        expect(page.locator(".thumb.failed")).to_have_count(1)
        page.locator(".thumb.failed").click()
        expect(page.locator(".verdict")).to_contain_text("not a picture")
        page.locator(".thumb.notOk").click()
        expect(page.locator(".verdict strong")).to_have_text("Not OK")
        expect(page.locator(".detail table")).to_contain_text("hole")
        expect(page.locator(".drawing polygon").first).to_be_attached()
        page.locator("summary", has_text="Where this came from").click()
        self.shot("inspect")
        page.get_by_role("slider").fill("0.7")
        self.shot("inspect-heat")
        box = page.locator(".detail table input").first
        box.uncheck()
        expect(page.locator(".drawing > g.off")).to_have_count(1)
        page.get_by_role("button", name="Defective (D)").click()
        expect(page.locator(".detail")).to_contain_text("the service was right")

    def outage(self):
        """A service that is away for a while is waited for, and no picture is inspected twice."""
        page, before = self.page, len(self.get("/results")["items"])
        self.open("inspect")
        page.route("**/inspect?*", lambda route: route.abort())
        page.locator("input[type=file]").set_input_files(str(PARTS / "30-wood-clean.jpg"))
        expect(page.locator(".thumb.away")).to_have_count(1)
        expect(page.get_by_text("Waiting for the service: The service cannot be reached")).to_be_visible()
        page.unroute("**/inspect?*")
        # The answer is lost; what was stored then is what the next try gets.
        page.route("**/inspect?*", lambda route: (route.fetch(), route.abort()), times=1)
        expect(page.locator(".thumb.ok")).to_have_count(2)
        results = self.get("/results")["items"]
        assert len(results) == before + 1, results
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/results/{results[0]['id']}", method="DELETE")).close()

    def focus(self):
        """The keyboard's place is never lost: not by another page, a dialog or what a button does."""
        page = self.page
        focused = page.locator(":focus")
        for name in ["Products", "Service", "Results"]:
            page.get_by_role("navigation").get_by_role("link", name=name).press("Enter")
            expect(focused).to_have_text(name)
        page.locator(".skip").press("Enter")
        expect(focused).to_have_id("main")
        self.open("products/default")
        remove = page.get_by_role("button", name="Remove product")
        remove.press("Enter")
        page.get_by_role("dialog").press("Escape")
        expect(remove).to_be_focused()
        save = page.get_by_role("button", name="Save settings")
        save.press("Enter")
        expect(page.locator(".notice.good")).to_be_visible()
        expect(save).to_be_focused()
        page.get_by_role("button", name="Dismiss").click()

    def results(self):
        page = self.page
        self.open("results")
        expect(page.locator("tbody tr")).to_have_count(2)
        expect(page.locator("tbody")).to_contain_text("<b>A-17</b>")
        self.shot("results")
        page.get_by_label("Label").select_option("none")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.locator("tbody tr")).to_have_count(1)
        page.locator("tbody tr").first.click()
        expect(page.locator(".verdict strong")).to_have_text("OK")
        page.keyboard.press("g")
        expect(page.locator(".detail")).to_contain_text("Good part")
        self.shot("result")
        with page.expect_download() as download:
            self.open("results")
            page.get_by_role("button", name="Download CSV").click()
        lines = pathlib.Path(download.value.path()).read_text().splitlines()
        assert len(lines) == 3 and lines[0].startswith("id,createdAt"), lines

    def product(self):
        page, good = self.page, self.good
        self.open("products")
        page.get_by_label("Id").fill("board")
        page.get_by_label("What it is").fill("wood board")
        page.get_by_role("button", name="Make product").click()
        expect(page.locator("h1")).to_have_text("board")
        expect(page.locator(".pill", has_text="ready")).to_be_visible()
        page.get_by_label("Kind of defect").fill("tool mark")
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_label("mm per pixel").fill("0.1")
        page.get_by_label("Keep pictures").select_option("all")
        page.locator("summary", has_text="Draw a polygon").click()
        page.locator("details input[type=file]").first.set_input_files(str(good[0]))
        viewer = page.locator(".card .viewer")
        viewer.scroll_into_view_if_needed()
        frame = viewer.bounding_box()
        corner = frame["x"] + (frame["width"] - frame["height"]) / 2, frame["y"]
        for x, y in [(5, 5), (40, 5), (40, 40)]:
            page.mouse.click(corner[0] + x, corner[1] + y)
        page.keyboard.press("Enter")
        expect(page.locator(".chip", has_text="ignore: 3 corners")).to_be_visible()
        page.get_by_role("button", name="Save settings").click()
        expect(page.locator(".notice.good")).to_be_visible()
        saved = self.get("/products/board")
        assert saved["mmPerPixel"] == 0.1 and saved["keepImages"] == "all" and len(saved["ignore"]) == 1, saved
        assert {"name": "tool_mark", "phrases": ["{} with tool mark"]} in saved["defectTypes"], saved
        expect(page.locator(".pill", has_text="ready")).to_be_visible(timeout=60_000)

        page.locator("section input[type=file][hidden]").set_input_files([str(file) for file in good[:4]] + [str(good[0])])
        expect(page.locator(".plain-list li")).to_have_count(5, timeout=60_000)
        expect(page.locator(".plain-list")).to_contain_text("was there")
        expect(page.locator(".grid figure")).to_have_count(4)
        page.get_by_label("Other good parts").set_input_files([str(file) for file in good[4:]])
        page.get_by_role("button", name="Try", exact=True).click()
        expect(page.locator(".outcome")).to_contain_text("Nothing was changed", timeout=120_000)
        page.get_by_role("button", name="Calibrate", exact=True).click()
        expect(page.locator(".outcome")).to_contain_text("In use now", timeout=120_000)
        expect(page.locator(".pill", has_text="calibrated").first).to_be_visible()
        assert self.get("/products/board")["calibrationStatus"] == "current"
        self.shot("product")

    def adoption(self):
        """A kept picture becomes a reference."""
        page, before = self.page, self.get("/products/board")["references"]["count"]
        picture = self.good[-1].read_bytes()
        request = urllib.request.Request(f"{self.url}/inspect?product=board", picture, {"Content-Type": "image/png"})
        with urllib.request.urlopen(request) as answer:
            result = json.load(answer)
        self.open(f"results/{result['id']}")
        expect(page.locator(".stage img").first).to_be_visible()
        page.get_by_role("button", name="Add to the references").click()
        expect(page.locator(".notice.good")).to_contain_text(f"has {before + 1} references now")
        self.shot("result-kept")

    def simulation(self):
        page = self.page
        self.open("products/default")
        page.get_by_label("exactly").fill("1")
        page.get_by_role("button", name="Look", exact=True).click()
        expect(page.locator("section").last).to_contain_text("Defective parts passed, of 1 labelled")
        self.shot("simulation")

    def refusals(self):
        """What cannot be is said, with the request's id."""
        page = self.page
        self.open("products")
        page.get_by_label("Id").fill("board")
        page.get_by_label("What it is").fill("again")
        page.get_by_role("button", name="Make product").click()
        expect(page.locator(".notice.bad")).to_contain_text("Request ")
        self.shot("refusal")
        page.locator(".notice.bad button").click()

    def removal(self):
        page = self.page
        self.open("products/board")
        page.get_by_role("button", name="Remove product").click()
        self.shot("dialog")
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(page.locator("h1")).to_have_text("Products")
        expect(page.locator("tbody tr")).to_have_count(1)

    def keys(self, key):
        """Without a key nothing is shown; a wrong one is refused; with the right one everything is there."""
        page = self.page
        page.goto(f"{self.url}/#/results")
        expect(page.locator("dialog")).to_contain_text("This service wants a key")
        self.shot("key")
        page.get_by_label("Key", exact=True).fill(key[:-2] + "AA")
        page.get_by_role("button", name="Use key").click()
        expect(page.locator("dialog")).to_contain_text("This service wants a key")
        page.get_by_label("Key", exact=True).fill(key)
        page.get_by_role("button", name="Use key").click()
        expect(page.locator("tbody")).to_contain_text("A-17")
        self.open("service")
        expect(page.locator(".columns")).to_contain_text("Weights")

    def service(self):
        self.open("service")
        expect(self.page.locator(".columns")).to_contain_text("Weights")
        self.shot("service")


def run_with_keys(url, shots, chromium, key):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        Check(browser.new_page(), url, shots and shots / "light", []).keys(key)
        print("passed: keys", flush=True)
        browser.close()


def run(url, shots, chromium, good):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ["light", "dark"]:
            context = browser.new_context(viewport={"width": 1360, "height": 860}, color_scheme=scheme)
            context.set_default_timeout(15_000)
            page = context.new_page()
            faults = []
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda message: message.type == "error" and "Failed to load resource" not in message.text
                    and faults.append(message.text))
            page.on("response", lambda answer: answer.status >= 400
                    and not any(re.search(place, f"{answer.status} {answer.url}") for place in EXPECTED)
                    and faults.append(f"{answer.status} {answer.url}"))
            page.on("request", lambda request: request.url.startswith((url, "blob:", "data:")) or faults.append(request.url))
            check = Check(page, url, shots and shots / scheme, good)
            if scheme == "light":
                steps = [check.inspect, check.outage, check.focus, check.results, check.product, check.adoption, check.simulation, check.refusals, check.service, check.removal]
                for step in steps:
                    step()
                    print("passed:", step.__name__, flush=True)
            else:
                for place in ["inspect", "results", "products/default", "service"]:
                    check.open(place)
                    check.shot(place.replace("/", "-"))
            assert not faults, faults
            context.close()
        browser.close()


@contextlib.contextmanager
def service(program, data):
    """The address of a service that runs meanwhile."""
    process = subprocess.Popen([program, "serve", "--port", "0", "--data", data],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield next(word for word in process.stdout.readline().split() if word.startswith("http")).rstrip("/")
    finally:
        process.terminate()
        process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / ".build/release/multiads"))
    parser.add_argument("--url", help="of a running, fresh service; else one is started")
    parser.add_argument("--shots", type=pathlib.Path)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    options = parser.parse_args()
    for scheme in ["light", "dark"] if options.shots else []:
        (options.shots / scheme).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([options.program, "synth", f"{folder}/parts", "--products", "wood", "--train", "24", "--good", "1",
                        "--defects", "1", "--side", "320", "--seed", "5"], check=True, capture_output=True)
        good = sorted(pathlib.Path(folder, "parts/wood/train/good").iterdir())
        if options.url:
            return run(options.url, options.shots, options.chromium, good)
        with service(options.program, f"{folder}/data") as url:
            run(url, options.shots, options.chromium, good)
        key = subprocess.run([options.program, "keys", "add", "checker", "--role", "operator", "--data", f"{folder}/data"],
                             check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()
        with service(options.program, f"{folder}/data") as url:
            run_with_keys(url, options.shots, options.chromium, key)


if __name__ == "__main__":
    main()
