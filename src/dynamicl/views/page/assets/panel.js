// A panel: a heading, its controls, a canvas that is redrawn when its view changes, and a second
// one above it for what follows the cursor. Only panels on the screen are drawn.

const panels = [];
const dirty = new Set();
let frame = 0;

function redraw(panel, part = "base") {
  dirty.add(panel);
  if (part === "base") panel.stale = true;
  if (!frame) frame = requestAnimationFrame(drawDirty);
}

// `still` panels show nothing that arrives late; they are filled anew only with a new payload.
const redrawAll = (even = false) =>
  panels.filter((panel) => even || !panel.still).forEach((panel) => redraw(panel));

function drawDirty() {
  frame = 0;
  for (const panel of [...dirty]) {
    if (!panel.visible) continue;
    dirty.delete(panel);
    panel.paint();
  }
}

// spec: id, title, hint, controls, wide, height(w), draw(pen, w, h), overlay(pen, w, h), rows(),
// follows: the state keys that change the base drawing; `cursor` keys change the overlay only, and with it
// the words of live().
function addPanel(spec) {
  const panel = { ...spec, stale: true, visible: true, regions: [], extras: [] };
  panel.base = el("canvas", { class: "base", role: "img", tabindex: spec.keys ? "0" : null });
  panel.top = el("canvas", { class: "top", "aria-hidden": "true" });
  panel.holder = spec.body || el("div", { class: "plot" }, panel.base, panel.top);
  panel.titleNode = el("h2", { id: spec.id + "-title", text: spec.title });
  panel.hintNode = el("p", { class: "hint", text: spec.hint || "" });
  panel.node = el(
    "section",
    { class: "panel" + (spec.wide ? " wide" : ""), id: spec.id, "aria-labelledby": spec.id + "-title" },
    el(
      "header",
      {},
      el("div", { class: "heading" }, panel.titleNode, exportMenu(panel)),
      el("div", { class: "controls" }, ...(spec.controls || [])),
    ),
    panel.hintNode,
    panel.holder,
    ...(spec.after || []),
  );
  panel.paint = spec.fill || (() => paint(panel));
  if (!spec.body) {
    panel.holder.addEventListener("pointermove", (event) => hover(panel, event));
    panel.holder.addEventListener("pointerleave", () => leave(panel));
    panel.holder.addEventListener("click", (event) => press(panel, event));
  }
  $("#panels").append(panel.node);
  panels.push(panel);
  watch((changed) => follow(panel, changed));
  return panel;
}

function follow(panel, changed) {
  if (changed.has("theme") || (panel.follows || []).some((key) => changed.has(key))) redraw(panel);
  else if ((panel.cursor || []).some((key) => changed.has(key))) redraw(panel, "top");
}

function observePanels() {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const panel = panels.find((p) => p.node === entry.target);
        panel.visible = entry.isIntersecting;
        if (panel.visible && dirty.has(panel)) redraw(panel, "top");
      }
    },
    { rootMargin: "160px" },
  );
  const sized = new ResizeObserver((entries) => {
    for (const entry of entries) redraw(panels.find((p) => p.holder === entry.target));
  });
  for (const panel of panels) {
    seen.observe(panel.node);
    if (!panel.body) sized.observe(panel.holder);
  }
}

function fit(canvas, w, h) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
    canvas.width = Math.round(w * ratio);
    canvas.height = Math.round(h * ratio);
    canvas.style.width = w + "px";
    canvas.style.height = h + "px";
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, w, h);
  return context;
}

function paint(panel) {
  const w = panel.holder.clientWidth;
  if (!w) return;
  const h = Math.round(panel.height(w));
  panel.size = [w, h];
  if (panel.stale) {
    panel.holder.style.height = h + "px";
    panel.regions = [];
    panel.draw(new CanvasPen(fit(panel.base, w, h), theme(), panel.regions), w, h);
    panel.stale = false;
    if (panel.describe) panel.base.setAttribute("aria-label", panel.describe());
    if (panel.name) panel.titleNode.textContent = panel.name();
    if (panel.note) panel.hintNode.textContent = panel.note();
  }
  if (panel.overlay) panel.overlay(new CanvasPen(fit(panel.top, w, h), theme()), w, h);
  const words = panel.live ? panel.live() : panel.hintNode.textContent;
  if (words !== panel.hintNode.textContent) panel.hintNode.textContent = words;
}

function pointIn(panel, event) {
  const box = panel.holder.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function regionAt(panel, x, y) {
  return panel.regions.findLast((r) => x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h);
}

function hover(panel, event) {
  const [x, y] = pointIn(panel, event);
  const region = regionAt(panel, x, y);
  panel.holder.style.cursor = region && region.click ? "pointer" : "";
  if (region && region.title)
    showTip(typeof region.title === "function" ? region.title(x, y) : region.title, event);
  else if (panel.pointer) panel.pointer(x, y, event);
  else hideTip();
}

function leave(panel) {
  hideTip();
  if (panel.away) panel.away();
}

function press(panel, event) {
  if (panel.dragged) return;
  const [x, y] = pointIn(panel, event);
  const region = regionAt(panel, x, y);
  if (region && region.click) region.click(event);
  else if (panel.click) panel.click(x, y, event);
}

// lines: words, or an array of them; the first is set in bold.
function showTip(lines, event) {
  const tip = $("#tip");
  tip.replaceChildren(...[lines].flat().map((line, i) => el(i ? "div" : "strong", { text: line })));
  tip.hidden = false;
  const [w, h] = [tip.offsetWidth, tip.offsetHeight];
  tip.style.left = clampNumber(event.clientX + 14, 4, innerWidth - w - 4) + "px";
  tip.style.top = clampNumber(event.clientY + 16, 4, innerHeight - h - 4) + "px";
}

function hideTip() {
  $("#tip").hidden = true;
}

// A drop-down bound to one key of the state; options: [value, words][].
function choose(key, words, options, { toState = (v) => v, fromState = (v) => String(v) } = {}) {
  const select = el("select", {
    "aria-label": words,
    id: "choose-" + key,
    onchange: () => set({ [key]: toState(select.value) }),
  });
  const label = el("label", { class: "pick" }, el("span", { text: words }), select);
  const refill = () => {
    select.replaceChildren(...options().map(([value, text]) => el("option", { value, text })));
    select.value = fromState(state[key]);
    label.hidden = !select.length;
  };
  watch((changed) => changed.has(key) && (select.value = fromState(state[key])));
  refill();
  refills.push(refill);
  return label;
}

const refills = [];

// Two or three words side by side, one of them pressed.
function segments(key, words, options) {
  const buttons = options.map(([value, text]) =>
    el("button", { type: "button", "data-value": String(value), text, onclick: () => set({ [key]: value }) }),
  );
  const mark = () =>
    buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(options[i][0] === state[key])));
  mark();
  watch((changed) => changed.has(key) && mark());
  refills.push(mark);
  return el("div", { class: "segments", role: "group", "aria-label": words, id: "choose-" + key }, ...buttons);
}
