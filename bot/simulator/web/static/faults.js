/** Faults of the simulated Feldera and Slack: switches for those that last, buttons for those that happen once. */

import { h } from "./dom.js";
import { simulate, state } from "./live.js";

const GROUPS = ["Feldera", "Slack"];
const DONE_MS = 2000; // for which a button shows that it worked

const boxes = new Map();
const confirmation = h("p", { class: "unseen", role: "status" });
const groups = h("div", { class: "groups" });
let drawn = "";

export const faults = h(
  "section",
  { class: "faults", tabindex: 0, "aria-label": "Faults" },
  groups,
  confirmation,
);

/** A button for a simulation action; it shows when the action was applied. */
export function actionButton(verb, label, style = null, more = {}) {
  const button = h(
    "button",
    {
      type: "button",
      class: ["button", style],
      onclick: async () => {
        const { error } = await simulate(verb, more);
        if (error) return;
        confirmation.textContent = `${label}: done.`;
        button.classList.add("done");
        setTimeout(() => button.classList.remove("done"), DONE_MS);
      },
    },
    label,
  );
  return button;
}

/** Which faults there are changes only with the simulation; whether they are on changes all the time. */
export function drawFaults() {
  const all = state.get("simulation/faults").filter((each) => GROUPS.includes(each.group));
  const names = all.map((each) => each.do).join(" ");
  if (names !== drawn) {
    drawn = names;
    boxes.clear();
    groups.replaceChildren(...GROUPS.map((name) => group(name, all.filter((each) => each.group === name))).filter(Boolean));
  }
  for (const each of all) {
    const box = boxes.get(each.do);
    if (box) box.checked = each.on;
  }
}

function group(name, members) {
  if (members.length === 0) return null;
  const toggles = members.filter((each) => each.kind === "toggle").map(toggle);
  const once = members.filter((each) => each.kind === "once").map((each) => actionButton(each.do, each.label));
  return h("fieldset", {}, h("legend", {}, name), ...toggles, h("div", { class: "fault-actions" }, ...once));
}

function toggle({ do: verb, label }) {
  const box = h("input", {
    type: "checkbox",
    role: "switch",
    class: "switch",
    onchange: async () => {
      const wanted = box.checked;
      const { error } = await simulate(verb, { on: wanted });
      if (error) box.checked = !wanted;
    },
  });
  boxes.set(verb, box);
  return h("label", { class: "choice" }, box, h("span", {}, label));
}
