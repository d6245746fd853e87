/** The left: whose page it is and everybody else whose it could be, and the places they are in. */

import { address, here, nameOf, onMove, openPlace } from "./address.js";
import { arrows, h, refill } from "./dom.js";
import { listen, state } from "./live.js";
import { face } from "./messages.js";
import { title } from "./place.js";

const people = document.getElementById("people");
const places = document.getElementById("places");
arrows(people, "a");
arrows(places, "a");

listen((changed) => {
  if (["me", "people"].some((key) => changed.has(key))) drawPeople();
  if (["me", "places"].some((key) => changed.has(key))) drawPlaces();
});
onMove(drawPlaces);

function drawPeople() {
  const me = state.get("me");
  refill(
    people,
    h(
      "ul",
      {},
      ...state.get("people").map((person) => {
        const isMe = person.id === me.id;
        const unread = person.unread ? `, ${person.unread} unread` : "";
        return h(
          "li",
          {},
          h(
            "a",
            {
              href: address({ as: person.name, place: nameOf(openPlace()) }),
              title: `Be ${person.name}. ${person.about}`,
              "aria-label": `${person.name}${unread}. ${person.about}`,
              "aria-current": isMe ? "true" : null,
              data: { key: `person/${person.id}` },
            },
            face(person.name, person.initials),
            h("span", { class: "name" }, person.name),
            person.unread > 0 && h("span", { class: "badge", "aria-hidden": "true" }, String(person.unread)),
          ),
        );
      }),
    ),
  );
}

function drawPlaces() {
  const me = state.get("me");
  if (!me) return;
  const open = openPlace();
  refill(
    places,
    h(
      "header",
      {},
      h("p", { class: "workspace" }, "Acme", h("span", { class: "tag" }, "SIMULATED")),
      h("p", { class: "about" }, h("strong", {}, `You are ${me.name}.`), " ", me.about),
    ),
    h("ul", {}, ...state.get("places").map((place) => entry(place, place.id === open.id))),
  );
  const unread = state.get("places").reduce((sum, place) => sum + place.mentions, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${me.name} · ${title(open)} · pipeline-bot sandbox`;
}

function entry(place, isOpen) {
  const said = place.unread ? `, ${place.unread} unread` : "";
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
        onclick: () => isOpen && (places.parentElement.dataset.pane = "place"),
      },
      h("span", { "aria-hidden": "true" }, { home: "⌂ ", dm: "✉ " }[place.kind] ?? ""),
      title(place),
      place.mentions > 0 && h("span", { class: "badge", "aria-hidden": "true" }, String(place.mentions)),
    ),
  );
}

/** Whose page the address says it is. */
export function whose() {
  return here().as;
}
