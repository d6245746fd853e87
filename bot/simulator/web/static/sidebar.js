/** The left: the people one can act as, and the channels of the current person. */

import { address, nameOf, onMove, openPlace } from "./address.js";
import { arrows, h, refill } from "./dom.js";
import { listen, state } from "./live.js";
import { face } from "./message.js";
import { isNarrow, showPane } from "./panes.js";
import { named, title } from "./place_names.js";

const people = document.getElementById("people");
const places = document.getElementById("places");
const GROUPS = [
  ["Channels", ["channel", "private"]],
  ["Apps", ["dm"]],
];
arrows(people, "a");
arrows(places, "a");

listen((changed) => {
  if (["me", "people"].some((key) => changed.has(key))) drawPeople();
  if (["me", "places"].some((key) => changed.has(key))) drawPlaces();
});
onMove(() => {
  drawPeople();
  drawPlaces();
});

// A person's card covers what is beside it; Escape hides it until another person is hovered or focused.
people.addEventListener("keydown", (event) => people.classList.toggle("quiet", event.key === "Escape"));
people.addEventListener("pointerleave", () => people.classList.remove("quiet"));
people.addEventListener("focusout", () => people.classList.remove("quiet"));

/** Who one is, where a phone has no room for the list of people; it leads there. */
export function currentPerson() {
  const { name, initials } = state.get("me");
  return h(
    "button",
    { type: "button", class: "tool whose", "aria-label": `You are ${name}. Act as another person`, onclick: () => showPane("places") },
    face(name, initials),
    h("span", { class: "name" }, name),
  );
}

function drawPeople() {
  const me = state.get("me");
  if (!me) return;
  const place = nameOf(openPlace());
  refill(people, h("ul", {}, ...state.get("people").map((person) => somebody(person, { isMe: person.id === me.id, place }))));
}

function somebody(person, { isMe, place }) {
  const unread = person.unread ? `, ${person.unread} unread` : "";
  const about = `about-${person.id}`;
  const link = h(
    "a",
    {
      href: address({ as: person.name, place }),
      "aria-label": `${person.name}${unread}`,
      "aria-describedby": about,
      "aria-current": isMe ? "true" : null,
      data: { key: `person/${person.id}` },
    },
    face(person.name, person.initials),
    h("span", { class: "name" }, person.name),
    person.unread > 0 && h("span", { class: "badge", "aria-hidden": "true" }, String(person.unread)),
  );
  return h(
    "li",
    {},
    link,
    h("span", { class: "card", role: "tooltip", id: about }, h("strong", { "aria-hidden": "true" }, person.name), " ", person.about),
  );
}

function drawPlaces() {
  const me = state.get("me");
  if (!me) return;
  const open = openPlace();
  const all = state.get("places");
  const entries = (kinds) => all.filter((each) => kinds.includes(each.kind)).map((each) => entry(each, each.id === open.id));
  refill(
    places,
    h(
      "header",
      {},
      h("h1", { class: "workspace" }, state.get("workspace"), h("span", { class: "tag" }, "SIMULATED")),
      h("p", { class: "about" }, h("strong", {}, `You are ${me.name}.`), " ", me.about),
    ),
    h("ul", {}, ...entries(["home"])),
    ...GROUPS.map(([label, kinds]) => {
      const links = entries(kinds);
      return links.length > 0 && h("section", { "aria-label": label }, h("h2", {}, label), h("ul", {}, ...links));
    }),
  );
  const unread = all.reduce((sum, place) => sum + place.mentions, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${me.name} · ${title(open)} · pipeline-bot sandbox`;
}

function entry(place, isOpen) {
  const said = place.unread ? `, ${place.unread} unread` : "";
  const enter = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (isOpen) showPane("place");
    // Once the place is there. On a narrow screen the keyboard would cover the messages.
    if (!isNarrow()) setTimeout(() => document.getElementById("message")?.focus());
  };
  return h(
    "li",
    {},
    h(
      "a",
      {
        class: place.unread ? "unread" : null,
        href: address({ place: nameOf(place) }),
        "aria-label": `${title(place)}${said}`,
        "aria-current": isOpen ? "page" : null,
        data: { key: `place/${place.id}` },
        onclick: enter,
      },
      ...named(place),
      place.mentions > 0 && h("span", { class: "badge", "aria-hidden": "true" }, String(place.mentions)),
    ),
  );
}
