/**
 * The state of the page: a flat map that the server keeps up to date over a WebSocket, and what the page asks it to do.
 * The server decides what is seen; nothing is worked out here.
 */

import { toast } from "./toasts.js";

const UNKNOWN_PERSON = 4404;
const PAUSES = [250, 500, 1000, 2000];

/** The server's values, by key. */
export const state = new Map();

const listeners = [];
let socket = null;
let tries = 0;

/** What the server sent while a mouse button was down: drawn then, it would replace what is pressed, and the click be lost. */
const held = [];
let isPressed = false;

addEventListener("pointerdown", () => (isPressed = true), { capture: true });
// The click comes right after the button went up: what was held comes after the click.
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(release), { capture: true });
addEventListener("blur", release); // of the window: without `capture`, not of a field that the press took the focus from

/** `listener(changed)` hears of every change: the keys that are new, different or gone. */
export function listen(listener) {
  listeners.push(listener);
}

/** Be `name` from now on: their page instead of whose it was. */
export function become(name) {
  if (socket) socket.onclose = socket.onmessage = null;
  socket?.close();
  held.length = 0;
  connect(name);
}

function connect(name) {
  const query = new URLSearchParams({ as: name, tz: Intl.DateTimeFormat().resolvedOptions().timeZone });
  const mine = (socket = new WebSocket(`ws://${location.host}/live?${query}`));
  let isFirst = true;
  mine.onmessage = (event) => (isPressed ? held.push(() => take(event)) : take(event));
  mine.onclose = (event) => {
    if (event.code === UNKNOWN_PERSON && name) return connect("");
    online(false);
    setTimeout(() => mine === socket && connect(name), PAUSES[Math.min(tries++, PAUSES.length - 1)]);
  };

  function take(event) {
    const { set, gone } = JSON.parse(event.data);
    const changed = new Set([...Object.keys(set), ...gone]);
    if (isFirst) {
      for (const key of state.keys()) changed.add(key);
      state.clear();
      isFirst = false;
      tries = 0;
    }
    for (const key of gone) state.delete(key);
    for (const [key, value] of Object.entries(set)) state.set(key, value);
    online(true);
    for (const listener of listeners) listener(changed);
  }
}

function release() {
  isPressed = false;
  for (const take of held.splice(0)) take();
}

function online(isSo) {
  document.getElementById("offline").hidden = isSo;
}

/** Keys that begin with `prefix`, in order. */
export function under(prefix) {
  return [...state.keys()].filter((key) => key.startsWith(prefix)).sort();
}

/** Ask the server to do something as this person; its answer, with `error` if it was not done. */
export function act(verb, more = {}) {
  return post("/do", { as: state.get("me").name, do: verb, ...more });
}

/** Ask the server for a simulation action; its answer, with `error` if it was not applied. */
export function simulate(verb, more = {}) {
  return post("/simulate", { do: verb, ...more });
}

async function post(path, body) {
  let answer;
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    answer = response.ok ? await response.json() : { error: await response.text() };
  } catch {
    answer = { error: "The sandbox is not responding." };
  }
  if (answer.error) toast(answer.error);
  return answer;
}
