/** The buttons at the top: light or dark, and the outside world. */

import { h } from "./dom.js";
import { listen, state } from "./live.js";

const THEMES = { auto: "◐ As the system", light: "☀ Light", dark: "☾ Dark" };
const CHOSEN = "theme";

export function tools() {
  const world = h(
    "button",
    {
      type: "button",
      class: "tool world",
      "aria-expanded": String(!document.getElementById("world").hidden),
      "aria-controls": "world",
      onclick: toggleWorld,
    },
    h("span", { class: "dot", "aria-hidden": "true" }),
    h("span", { class: "label" }, "The outside world"),
  );
  const theme = h(
    "button",
    { type: "button", class: "tool", "aria-label": `Colours: ${THEMES[chosen()]}`, title: THEMES[chosen()] },
    THEMES[chosen()].slice(0, 1),
  );
  theme.addEventListener("click", () => {
    const names = Object.keys(THEMES);
    const next = names[(names.indexOf(chosen()) + 1) % names.length];
    localStorage.setItem(CHOSEN, next);
    applyTheme();
    theme.textContent = THEMES[next].slice(0, 1);
    theme.title = THEMES[next];
    theme.setAttribute("aria-label", `Colours: ${THEMES[next]}`);
  });
  queueMicrotask(dot);
  return h("div", { class: "tools" }, theme, world);
}

function toggleWorld() {
  const world = document.getElementById("world");
  world.hidden = !world.hidden;
  for (const button of document.querySelectorAll(".tool.world")) {
    button.setAttribute("aria-expanded", String(!world.hidden));
  }
  if (!world.hidden) world.querySelector("h2")?.focus();
  else document.querySelector(".tool.world")?.focus();
}

export { toggleWorld };

function chosen() {
  const kept = localStorage.getItem(CHOSEN);
  return kept in THEMES ? kept : "auto";
}

export function applyTheme() {
  const theme = chosen();
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Whether all is well out there, at a glance; the words are in the drawer. */
function dot() {
  const bot = state.get("world/bot");
  const isWell = bot?.state === "up" && bot.connected && state.get("world/feldera")?.up;
  for (const each of document.querySelectorAll(".tool.world .dot")) each.classList.toggle("bad", !isWell);
}

listen((changed) => (changed.has("world/bot") || changed.has("world/feldera")) && dot());
