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
  const deeds = state.get("world/switches").filter((each) => each.about === "pipeline");
  pipelines.hidden = all.length === 0;
  const names = all.map((each) => each.name);
  for (const name of rows.keys()) if (!names.includes(name)) rows.delete(name);
  for (const name of names) if (!rows.has(name)) rows.set(name, new Row(name, deeds));
  const wanted = names.map((name) => rows.get(name).element);
  if (wanted.length !== body.children.length || wanted.some((row, at) => row !== body.children[at])) {
    body.replaceChildren(...wanted);
  }
  for (const each of all) rows.get(each.name).show(each, deeds);
}

/** A row stays while its pipeline does: its menu can be open while what stands in it changes. */
class Row {
  #cells = Array.from({ length: HEADS.length - 1 }, () => h("td"));
  #shown = "";
  #items;

  constructor(name, deeds) {
    this.name = name;
    this.#items = new Map(deeds.map((each) => [each.do, this.#item(each)]));
    const choices = menu({ label: `What happens to ${name}`, sign: icon("more") }, ...this.#items.values());
    this.heading = h("th", { scope: "row" }, name);
    this.element = h("tr", {}, this.heading, ...this.#cells, h("td", { class: "choices" }, choices));
  }

  show(pipeline, deeds) {
    for (const each of deeds.filter(({ kind }) => kind === "toggle")) {
      this.#items.get(each.do)?.setAttribute("aria-pressed", String(each.on.includes(this.name)));
    }
    const said = JSON.stringify(pipeline);
    if (said === this.#shown) return;
    this.#shown = said;
    const { deployment, desired, storage, checkpoints, error, program, clears, id } = pipeline;
    const kept = checkpoints === 1 ? "1 checkpoint" : `${checkpoints} checkpoints`;
    this.heading.title = `id ${id}…`;
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

  #item({ do: verb, label, kind }) {
    const item = h(
      "button",
      {
        type: "button",
        onclick: () => happen(verb, { pipeline: this.name, on: item.getAttribute("aria-pressed") !== "true" }),
      },
      label,
    );
    if (kind === "toggle") item.setAttribute("aria-pressed", "false");
    return item;
  }
}
