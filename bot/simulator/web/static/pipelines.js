/** The actual state of the pipelines, whatever the bot knows of it, and what can be simulated on each. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { simulate, state } from "./live.js";
import { menu } from "./menu.js";

const HEADS = ["Pipeline", "Deployment", "Storage", "Program", "Clears"];

// A phone shows a row as a block: the roles keep it a table for screen readers.
const body = h("tbody", { role: "rowgroup" });
const rows = new Map();

export const pipelines = h(
  "section",
  { class: "pipelines", tabindex: 0, "aria-label": "Actual pipeline state" },
  h(
    "table",
    { role: "table" },
    h("caption", {}, "Actual pipeline state"),
    h(
      "thead",
      { role: "rowgroup" },
      h("tr", { role: "row" }, ...HEADS.map((head) => h("th", { scope: "col", role: "columnheader" }, head)), h("td", { role: "cell" })),
    ),
    body,
  ),
);

export function drawPipelines() {
  const all = state.get("simulation/pipelines");
  pipelines.hidden = all.length === 0;
  const names = new Set(all.map((each) => each.name));
  for (const name of rows.keys()) if (!names.has(name)) rows.delete(name);
  for (const name of names) if (!rows.has(name)) rows.set(name, new Row(name));
  const wanted = [...names].map((name) => rows.get(name).element);
  if (wanted.length !== body.children.length || wanted.some((row, at) => row !== body.children[at])) {
    body.replaceChildren(...wanted);
  }
  const lasting = offered().filter(({ kind }) => kind === "toggle");
  for (const each of all) {
    const faults = lasting.filter(({ on }) => on.includes(each.name)).map(({ label }) => label);
    rows.get(each.name).show({ ...each, faults });
  }
}

/** A row stays while its pipeline does: its menu can be open while its cells change. */
class Row {
  #cells = HEADS.slice(1).map((head) => h("td", { role: "cell", data: { head } }));
  #shown = "";

  constructor(name) {
    const choices = menu({ label: `Simulate on ${name}`, sign: icon("more") }, () => actionsOf(name));
    this.heading = h("th", { scope: "row", role: "rowheader" }, name);
    this.element = h("tr", { role: "row" }, this.heading, ...this.#cells, h("td", { role: "cell", class: "choices" }, choices));
  }

  show(pipeline) {
    const shown = JSON.stringify(pipeline);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { name, deployment, desired, storage, checkpoints, error, program, clears, id, faults } = pipeline;
    const kept = checkpoints === 1 ? "1 checkpoint" : `${checkpoints} checkpoints`;
    this.heading.title = `id ${id}…`;
    this.heading.replaceChildren(name, ...faults.map((each) => h("small", {}, each)));
    const [now, store, compiled, count] = this.#cells;
    now.dataset.state = deployment;
    now.replaceChildren(
      deployment === desired ? deployment : `${deployment} → ${desired}`,
      ...(error ? [h("small", {}, error)] : []),
    );
    store.title = checkpoints ? kept : "";
    store.textContent = checkpoints ? `${storage} · ${checkpoints}` : storage;
    compiled.textContent = program;
    count.textContent = String(clears);
  }
}

function offered() {
  return state.get("simulation/faults").filter((each) => each.group === "Pipelines");
}

/** What can be simulated on a pipeline; what lasts is marked as pressed, and ends when it is chosen again. */
function actionsOf(pipeline) {
  return offered().map(({ do: verb, label, kind, on }) => {
    const isOn = kind === "toggle" && on.includes(pipeline);
    const pressed = kind === "toggle" ? String(isOn) : null;
    return h("button", { type: "button", "aria-pressed": pressed, onclick: () => simulate(verb, { pipeline, on: !isOn }) }, label);
  });
}
