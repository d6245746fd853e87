/** What can go wrong with Feldera and with Slack: switches for what lasts, buttons for what happens once. */

import { h } from "./dom.js";
import { happen, state } from "./live.js";

const GROUPS = ["Feldera", "Slack"];
const DONE_MS = 2000; // for which a button says that it was done

const boxes = new Map();
const said = h("p", { class: "unseen", role: "status" });
const groups = h("div", { class: "groups" });
let drawn = "";

export const switches = h(
  "section",
  { class: "switches", tabindex: 0, "aria-label": "What goes wrong" },
  groups,
  said,
);

/** A button that makes something happen in the outside world; it shows when it did. */
export function deed(verb, label, style = null, more = {}) {
  const button = h(
    "button",
    {
      type: "button",
      class: ["button", style],
      onclick: async () => {
        const { error } = await happen(verb, more);
        if (error) return;
        said.textContent = `${label}: done.`;
        button.classList.add("done");
        setTimeout(() => button.classList.remove("done"), DONE_MS);
      },
    },
    label,
  );
  return button;
}

/** Which there are changes with the world only; whether they are on changes all the time. */
export function drawSwitches() {
  const all = state.get("world/switches").filter((each) => GROUPS.includes(each.group));
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
  const once = members.filter((each) => each.kind === "once").map((each) => deed(each.do, each.label));
  return h("fieldset", {}, h("legend", {}, name), ...toggles, h("div", { class: "fault-actions" }, ...once));
}

function toggle({ do: verb, label }) {
  const box = h("input", {
    type: "checkbox",
    role: "switch",
    class: "switch",
    onchange: async () => {
      const wanted = box.checked;
      const { error } = await happen(verb, { on: wanted });
      if (error) box.checked = !wanted;
    },
  });
  boxes.set(verb, box);
  return h("label", { class: "choice" }, box, h("span", {}, label));
}
