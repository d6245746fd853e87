/** A message as an element: who wrote it and when, its blocks, and the way to its thread. */

import { addressOf } from "./address.js";
import { blocks } from "./blocks.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { act, state } from "./live.js";

const HUES = 8;

/** A person's avatar: initials on a color of their own. */
export function face(name, initials, kind = "person") {
  const people = state.get("people") ?? [];
  const number = people.findIndex((person) => person.name === name);
  return h("span", { class: ["face", kind === "bot" ? "bot" : `hue-${number % HUES}`], "aria-hidden": "true" }, initials);
}

/** @param {{inThread: boolean}} options */
export function drawMessage(message, { inThread }) {
  const { from } = message;
  const press = (button) =>
    act("presses", {
      place: message.place,
      ts: message.ts,
      version: message.version,
      block: button.block,
      action: button.action,
    });
  return h(
    "article",
    {
      class: ["message", message.ephemeral && "ephemeral"],
      tabindex: -1,
      "aria-label": `${from.name}, ${message.time}`,
      data: { ts: message.ts },
    },
    face(from.name, from.initials, from.kind),
    h(
      "div",
      { class: "content" },
      message.ephemeral && h("p", { class: "only" }, icon("eye"), "Only visible to you"),
      h(
        "p",
        { class: "who" },
        h("strong", {}, from.name),
        from.kind === "bot" && h("span", { class: "tag" }, "APP"),
        h("time", { datetime: message.moment, title: `${message.day}, ${message.time}` }, message.time),
        message.edited && h("span", { class: "edited" }, "(edited)"),
      ),
      h("div", { class: "blocks" }, ...blocks(message.blocks, press, 2)),
      !inThread && message.replies > 0 && replies(message),
    ),
  );
}

export function counted(replies) {
  return replies === 1 ? "1 reply" : `${replies} replies`;
}

function replies(message) {
  return h(
    "a",
    { class: "replies", href: addressOf(message.place, message.ts), data: { key: "replies" } },
    ...message.repliers.map((initials) => h("span", { class: "face small bot", "aria-hidden": "true" }, initials)),
    h("strong", {}, counted(message.replies)),
    h("span", { class: "news", hidden: true }, "new"),
    message.last_reply && h("span", { class: "last" }, `Last reply ${message.last_reply}`),
  );
}
