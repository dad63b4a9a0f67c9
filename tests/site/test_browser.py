"""The built site in a browser: Debian's Chromium, on the loopback interface."""

import functools
import http.server
import math
import shutil
import threading

import pytest
from running import Session, fresh_state

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PARTS = 6  # of the pages, for processes that share the work

pytestmark = [
    pytest.mark.slow,  # building the site takes a minute
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def address(site):
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page on a desk; what goes wrong on it fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    wrong = watched(page)
    yield page
    context.close()
    assert wrong == []


def watched(page) -> list[str]:
    """What goes wrong on a page from now on."""
    wrong: list[str] = []
    page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "response",
        lambda answer: answer.status >= 400 and wrong.append(f"{answer.status} {answer.url}"),
    )
    return wrong


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_quiet_keeps_to_its_host_and_fits_a_phone(browser, site, address, part):
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    wrong = watched(page)
    page.on(
        "request",
        lambda request: (
            request.url.startswith((address, "data:", "blob:"))
            or wrong.append(f"foreign: {request.url}")
        ),
    )
    urls = [str(path.parent.relative_to(site)) for path in sorted(site.rglob("index.html"))]
    assert len(urls) > 60
    for url in urls[part::PARTS]:
        page.goto(f"{address}{url}/" if url != "." else address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 360:
            wrong.append(f"{url}: {width} pixels wide on a phone of 360")
        for image in page.evaluate("[...document.images].filter(i => !i.alt).map(i => i.src)"):
            wrong.append(f"{url}: {image} has no words")
    context.close()
    assert wrong == []


FOUND = {
    "에포크를": "epoch",
    "에포크는": "epoch",
    "epchos": "epoch",
    "modle": "model",
    "accuray": "metrics",
    "to_categorical": "to-categorical",
    "손실 함수가": "loss",
}


def test_a_search_finds_the_page(page, address):
    page.goto(address)
    box = page.locator("input.md-search__input")
    for query, slug in FOUND.items():
        box.fill(query)
        box.press("End")  # the search listens to keys
        page.wait_for_function(
            "slug => [...document.querySelectorAll('.md-search-result__link')].slice(0, 6)"
            ".some(link => link.href.includes(`/glossary/${slug}/`))",
            arg=slug,
        )
        box.fill("")
        box.press("End")
        page.wait_for_function("!document.querySelector('.md-search-result__link')")


def test_what_the_button_copies_runs(page, address):
    page.goto(f"{address}glossary/list-slicing/")
    blocks = page.locator(".language-python")
    with fresh_state():
        session = Session()
        for number in range(blocks.count()):
            block = blocks.nth(number)
            block.hover()
            block.locator("button[data-md-type='copy'], .md-clipboard").first.click()
            copied = page.evaluate("navigator.clipboard.readText()")
            assert copied.strip() == block.locator("code").inner_text().strip()
            assert ">>>" not in copied
            session.run(copied)
    assert page.locator(".output button").count() == 0


# Strokes in a square of 1 by 1, the way a hand may draw them.
def arc(x, y, width, height, start, end, steps=24):
    turns = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(x + width * math.cos(turn), y + height * math.sin(turn)) for turn in turns]


DIGITS = {
    0: [arc(0.5, 0.5, 0.3, 0.45, -90, 270)],
    1: [[(0.5, 0.05), (0.5, 0.95)]],
    2: [[*arc(0.5, 0.3, 0.28, 0.25, -170, 30), (0.2, 0.95), (0.85, 0.95)]],
    3: [arc(0.45, 0.28, 0.28, 0.23, -150, 90) + arc(0.45, 0.74, 0.3, 0.23, -90, 150)],
    4: [[(0.6, 0.05), (0.15, 0.65), (0.85, 0.65)], [(0.65, 0.35), (0.65, 0.95)]],
    5: [[(0.8, 0.05), (0.3, 0.05), (0.25, 0.45), *arc(0.48, 0.68, 0.3, 0.27, -130, 150)]],
    6: [[(0.65, 0.05), (0.35, 0.35), (0.22, 0.65), *arc(0.5, 0.72, 0.27, 0.23, 180, 540)]],
    7: [[(0.15, 0.07), (0.85, 0.07), (0.45, 0.95)]],
    8: [arc(0.5, 0.28, 0.24, 0.22, 90, -270) + arc(0.5, 0.73, 0.28, 0.23, -90, 270)],
    9: [[*arc(0.5, 0.3, 0.26, 0.25, 0, -360), (0.76, 0.3), (0.72, 0.6), (0.6, 0.95)]],
}


def drawing_page(page, address):
    page.goto(f"{address}draw/")
    page.wait_for_function("window.draw !== undefined")
    return page.locator("#draw-paper"), page.locator("#draw-result")


def draw_with_the_mouse(page, paper, strokes, left, top, size):
    box = paper.bounding_box()
    for stroke in strokes:
        points = [
            (
                box["x"] + box["width"] * (left + size * x),
                box["y"] + box["height"] * (top + size * y),
            )
            for x, y in stroke
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points:
            page.mouse.move(*point)
        page.mouse.up()


def test_drawn_digits_are_recognised_wherever_and_however_large(page, address):
    paper, result = drawing_page(page, address)
    right = 0
    for left, top, size in [(0.1, 0.1, 0.8), (0.5, 0.05, 0.4)]:
        for digit, strokes in DIGITS.items():
            draw_with_the_mouse(page, paper, strokes, left, top, size)
            right += result.inner_text().startswith(f"{digit}일")
            page.locator("#draw-clear").click()
            assert result.inner_text().startswith("0부터 9까지")
    assert right >= 18


def test_javascript_computes_what_python_computed(page, address):
    drawing_page(page, address)
    pairs = page.evaluate(
        "fetch(document.getElementById('draw-network-link').href).then(r => r.json()).then("
        "({example}) => [draw.predict(example.image), example.probabilities])"
    )
    assert pairs[0] == pytest.approx(pairs[1], abs=1e-3)


def test_the_keyboard_draws(page, address):
    paper, result = drawing_page(page, address)
    paper.focus()
    for key, times in [("ArrowUp", 10), (" ", 1), ("ArrowDown", 20)]:
        for _ in range(times):
            page.keyboard.press(key)
    assert result.inner_text().startswith("1일")
    page.keyboard.press("Delete")
    assert result.inner_text().startswith("0부터 9까지")


def test_a_finger_draws(browser, address):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark"
    )
    page = context.new_page()
    wrong = watched(page)
    paper, _ = drawing_page(page, address)
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    session = context.new_cdp_session(page)

    def touch(kind, points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    places = [
        {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        for x, y in DIGITS[7][0]
    ]
    touch("touchStart", places[:1])
    for place in places[1:]:
        touch("touchMove", [place])
    touch("touchEnd", [])
    page.wait_for_function("document.getElementById('draw-result').textContent.startsWith('7일')")
    assert wrong == []
    context.close()


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("", "light"),
        ("glossary/epoch/", "light"),
        ("glossary/epoch/", "dark"),
        ("guides/start/", "light"),
        ("api/constraints/", "light"),
        ("api/constraints/", "dark"),
        ("draw/", "dark"),
        ("compatibility/", "light"),
    ],
)
def test_nothing_serious_stands_in_the_way(browser, address, url, scheme):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address + url)
    found = axe.Axe().run(page).response["violations"]
    context.close()
    serious = {
        rule["id"]: [node["html"][:200] for node in rule["nodes"][:3]]
        for rule in found
        if rule["impact"] in ("serious", "critical")
    }
    assert serious == {}
