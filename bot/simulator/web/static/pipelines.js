/** The pipelines as they really are, whatever the bot knows of them, and what can happen to each. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { happen, state } from "./live.js";
import { menu } from "./menu.js";

const HEADS = ["Pipeline", "Deployment", "Storage", "Program", "Clears"];

const body = h("tbody");
const rows = new Map();

export const pipelines = h(
  "section",
  { class: "pipelines", tabindex: 0, "aria-label": "Pipelines, as they really are" },
  h(
    "table",
    {},
    h("caption", {}, "Pipelines, as they really are"),
    h("thead", {}, h("tr", {}, ...HEADS.map((head) => h("th", { scope: "col" }, head)), h("td"))),
    body,
  ),
);

export function drawPipelines() {
  const all = state.get("world/pipelines");
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
    const troubles = lasting.filter(({ on }) => on.includes(each.name)).map(({ label }) => label);
    rows.get(each.name).show({ ...each, troubles });
  }
}

/** A row stays while its pipeline does: its menu can be open while what stands in it changes. */
class Row {
  #cells = Array.from({ length: HEADS.length - 1 }, () => h("td"));
  #shown = "";

  constructor(name) {
    const choices = menu({ label: `What happens to ${name}`, sign: icon("more") }, () => actionsOf(name));
    this.heading = h("th", { scope: "row" }, name);
    this.element = h("tr", {}, this.heading, ...this.#cells, h("td", { class: "choices" }, choices));
  }

  show(pipeline) {
    const said = JSON.stringify(pipeline);
    if (said === this.#shown) return;
    this.#shown = said;
    const { name, deployment, desired, storage, checkpoints, error, program, clears, id, troubles } = pipeline;
    const kept = checkpoints === 1 ? "1 checkpoint" : `${checkpoints} checkpoints`;
    this.heading.title = `id ${id}…`;
    this.heading.replaceChildren(name, ...troubles.map((each) => h("small", {}, each)));
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
  return state.get("world/switches").filter((each) => each.group === "Pipelines");
}

/** What can happen to a pipeline; what lasts is ticked, and ends when it is chosen again. */
function actionsOf(pipeline) {
  return offered().map(({ do: verb, label, kind, on }) => {
    const isOn = kind === "toggle" && on.includes(pipeline);
    const pressed = kind === "toggle" ? String(isOn) : null;
    return h("button", { type: "button", "aria-pressed": pressed, onclick: () => happen(verb, { pipeline, on: !isOn }) }, label);
  });
}
