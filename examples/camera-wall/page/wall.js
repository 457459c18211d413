// The page of a camera wall: it shows what GET api/wall tells, and asks for changes.
import { watch } from "./whep.js";

const POLL = 500; // milliseconds
const DRAG = 8; // pixels that a finger may move without dragging
const token = new URLSearchParams(location.search).get("token");
const at = (id) => document.getElementById(id);
const cells = new Map(); // of an input's id
let wall = null;
let fault = ""; // of the video

async function ask(path, options = {}) {
  const headers = { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(path, { ...options, headers });
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Error(said.error || `the wall answers ${answer.status}`);
}

async function change(what, values) {
  try {
    await ask(`api/${what}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(values),
    });
  } catch (error) {
    return say(error.message);
  }
  await look();
}

const say = (text) => { if (at("status").textContent !== text) at("status").textContent = text; };

// ---- what is shown

function button(parent, text, act) {
  const made = document.createElement("button");
  made.textContent = text;
  made.addEventListener("click", act);
  parent.append(made);
  return made;
}

function showLayouts() {
  const nav = at("layouts");
  if (!nav.children.length) {
    for (const name of wall.layouts) button(nav, name, () => change("layout", { name })).dataset.name = name;
  }
  for (const each of nav.children) {
    each.setAttribute("aria-pressed", wall.spotlight === null && each.dataset.name === wall.layout);
  }
}

function showCell(input) {
  if (!cells.has(input.id)) cells.set(input.id, makeCell(input.id));
  const cell = cells.get(input.id);
  const { x, y, width, height } = input.area;
  for (const [side, value] of Object.entries({ left: x, top: y, width, height })) cell.style[side] = `${value * 100}%`;
  cell.classList.remove("unknown", "waiting", "live", "late", "lost", "ended");
  cell.classList.add(input.state);
  const state = input.state === "unknown" ? input.connection : input.state;
  const text = state === "live" || state === "connected" ? input.name : `${input.name}: ${state}`;
  if (cell.firstChild.textContent !== text) cell.firstChild.textContent = text;
  cell.setAttribute("aria-label", `${input.name}, ${state}`);
  cell.setAttribute("aria-pressed", wall.spotlight === input.id);
  cell.title = input.fault;
}

function show() {
  showLayouts();
  wall.inputs.forEach(showCell);
  at("record").hidden = !wall["can-record"];
  at("record").setAttribute("aria-pressed", wall.recording);
  at("snapshot").href = `snapshot.jpg${token ? `?token=${encodeURIComponent(token)}` : ""}`;
  const live = wall.inputs.filter((each) => each.connection === "connected").length;
  say(fault || wall["recording-fault"] || `${live} of ${wall.inputs.length} cameras send.`);
}

async function look() {
  if (document.hidden && wall) return;
  try {
    wall = await (await ask("api/wall")).json();
    show();
  } catch (error) {
    say(`The wall does not answer: ${error.message}`);
  }
}

// ---- what the user does

const toggle = (id) => change("spotlight", { input: wall.spotlight === id ? null : id });

// The cell at a point of the window, other than `own`.
function cellAt(x, y, own) {
  return [...cells].find(([, cell]) => {
    const box = cell.getBoundingClientRect();
    return cell !== own && x >= box.left && x < box.right && y >= box.top && y < box.bottom;
  });
}

function makeCell(id) {
  const cell = button(at("cells"), "", () => {});
  const name = document.createElement("span");
  name.className = "name";
  cell.className = "cell";
  cell.append(name);
  let from = null;
  let dragged = false;
  const mark = (target) => cells.forEach((each) => each.classList.toggle("target", each === target));
  const drop = () => { from = null; cell.classList.remove("dragged"); mark(null); };
  cell.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY];
    dragged = false;
    cell.setPointerCapture(event.pointerId);
  });
  cell.addEventListener("pointermove", (event) => {
    if (!from) return;
    dragged ||= Math.hypot(event.clientX - from[0], event.clientY - from[1]) > DRAG;
    cell.classList.toggle("dragged", dragged);
    if (dragged) mark(cellAt(event.clientX, event.clientY, cell)?.[1]);
  });
  cell.addEventListener("pointerup", (event) => {
    const target = from && dragged && cellAt(event.clientX, event.clientY, cell);
    drop();
    if (target) change("swap", { a: id, b: target[0] });
  });
  cell.addEventListener("pointercancel", drop);
  cell.addEventListener("click", () => { if (!dragged) toggle(id); dragged = false; });
  cell.addEventListener("keydown", (event) => onKey(event, id));
  return cell;
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// The nearest cell in that direction.
function neighbour(id, [dx, dy]) {
  const middle = ({ area }) => [area.x + area.width / 2, area.y + area.height / 2];
  const own = middle(wall.inputs[id]);
  let best = null;
  for (const input of wall.inputs) {
    const [x, y] = middle(input).map((value, i) => value - own[i]);
    const ahead = x * dx + y * dy;
    const distance = ahead + 2 * Math.abs(x * dy + y * dx);
    if (ahead > 0.01 && (!best || distance < best.distance)) best = { id: input.id, distance };
  }
  return best?.id;
}

function onKey(event, id) {
  const step = STEPS[event.key];
  if (!step) return;
  event.preventDefault();
  const next = neighbour(id, step);
  if (next === undefined) return;
  if (event.shiftKey) change("swap", { a: id, b: next });
  else cells.get(next).focus();
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && wall?.spotlight !== null) change("spotlight", { input: null });
});
at("record").addEventListener("click", () => change("recording", { on: !wall.recording }));
watch(at("video"), ask, (text) => { fault = text; });
look();
setInterval(look, POLL);
