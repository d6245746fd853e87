/**
 * The panes of the page: the lists, the place, its thread and the simulation controls. A wide screen shows them side by side, a
 * middling one the thread instead of the place, a narrow one only one of them. What is shown instead of the place is the
 * page's main part. F6 goes from one to the next.
 */

const panes = document.getElementById("panes");
const narrow = matchMedia("(max-width: 700px)");
const middling = matchMedia("(max-width: 1000px)");
const PANES = { places: "list", place: "place", thread: "thread", controls: "controls" };
const STOPS = [
  "#people [aria-current]",
  "#places [aria-current]",
  "#place .log, #home",
  "#message",
  "#thread .log",
  "#controls h2",
];

for (const width of [narrow, middling]) width.addEventListener("change", arrange);
document.addEventListener("keydown", (event) => {
  if (event.key !== "F6" || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  const stops = STOPS.map((each) => document.querySelector(each)).filter((each) => each?.checkVisibility());
  const here = stops.findLastIndex((each) => areaOf(each).contains(document.activeElement));
  stops.at((here + (event.shiftKey ? -1 : 1)) % stops.length)?.focus();
});

/** What F6 leaves and enters: the line in which one types is one of its own. */
function areaOf(stop) {
  return stop.closest(".composer, .list, nav, section, main");
}

export function isNarrow() {
  return narrow.matches;
}

/** The pane that a narrow screen shows. */
export function shownPane() {
  return panes.dataset.pane;
}

/** @param {"places" | "place" | "thread" | "controls"} pane that a narrow screen shows from now on */
export function showPane(pane) {
  panes.dataset.pane = pane;
  arrange();
  const element = document.getElementById(PANES[pane]);
  if (!narrow.matches || element.contains(document.activeElement)) return;
  const heading = element.querySelector("h1, h2");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

function arrange() {
  const main = narrow.matches ? shownPane() : middling.matches && panes.classList.contains("with-thread") ? "thread" : "place";
  for (const [pane, id] of Object.entries(PANES)) {
    const isAlone = pane === main;
    const element = document.getElementById(id);
    if (isAlone && id !== "place") element.setAttribute("role", "main");
    else if (id === "thread" || id === "controls") element.setAttribute("role", "complementary");
    else element.removeAttribute("role");
    const heading = element.querySelector("h1, h2");
    if (isAlone) heading?.setAttribute("aria-level", "1");
    else heading?.removeAttribute("aria-level");
  }
}
