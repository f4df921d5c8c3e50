// Zoom of the two panels of lines: a dragged frame becomes the range, a double click the whole again.
// The range of time is one for both and lies in the address, in steps; a range of values is each panel's own.

let frameDrag = null;
const LEAST_DRAG = 12;
const ZOOM_FORM = /^\d+(\.\d+)?~\d+(\.\d+)?$/;

const zoomed = () => Boolean(state.zoom || state.curvesY || state.headsY);
const zoomOut = () => set({ zoom: "", curvesY: "", headsY: "" });
const zoomSteps = () => (state.zoom ? state.zoom.split("~").map(Number) : null);
// A panel's range of values, or null for all that is drawn.
const valueRange = (key) => (state[key] ? state[key].split("~").map(Number) : null);

// A place on one rising axis, carried over to the other between the records that hold it.
function carried(x, from, to) {
  if (from === to || from.length < 2) return x;
  const i = Math.min(indexBelow(from, x), from.length - 2);
  return to[i] + ((x - from[i]) / (from[i + 1] - from[i] || 1)) * (to[i + 1] - to[i]);
}

// The range in the unit of an axis, or null for the whole.
function zoomTimes(t) {
  const steps = zoomSteps();
  if (!steps || !t.length || !page.steps.length) return null;
  const [a, b] = steps.map((x) => carried(clampNumber(x, page.steps[0], page.steps.at(-1)), page.steps, t));
  return b > a ? [a, b] : null;
}

// What of a curve lies in the range, and a record to either side.
function inView(curve) {
  const steps = zoomSteps();
  if (!steps) return curve;
  return curve.slice(indexBelow(page.steps, steps[0]), nearestIndex(page.steps, steps[1]) + 2);
}

function setZoom(from, to, more = {}) {
  const [first, last] = [page.steps[0], page.steps.at(-1)];
  const [a, b] = [clampNumber(from, first, last), clampNumber(to, first, last)];
  const least = (last - first) / 1e4;
  if (b - a < least) return;
  const whole = a <= first && b >= last;
  set({ zoom: whole ? "" : [a, b].map((x) => Number(x.toFixed(2))).join("~"), ...more });
  say(whole ? "Whole time" : `Steps ${compact(a)} to ${compact(b)}`);
}

// Closer to the cursor, or away from it.
function zoomBy(factor) {
  if (page.steps.length < 2) return;
  const [a, b] = zoomSteps() || [page.steps[0], page.steps.at(-1)];
  const at = clampNumber(stepNow(), a, b);
  setZoom(at - (at - a) * factor, at + (b - at) * factor);
}

// The plot of a panel in which a point lies.
function plotAt(panel, x, y) {
  const g = panel.geometry;
  if (!g) return null;
  const plots = g.boxes ? g.boxes.map((box, i) => ({ box, xs: g.xs[i], ys: g.ys[i] })) : [g];
  return plots.find(({ box }) => x >= box.x && x <= box.x + box.w && y >= box.y && y <= box.y + box.h) || null;
}

function bindZoom(panel, key) {
  panel.valueKey = key;
  panel.holder.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch" || event.shiftKey) return;
    const from = pointIn(panel, event);
    const plot = plotAt(panel, ...from);
    if (plot) frameDrag = { panel, plot, from, to: from };
  });
  panel.holder.addEventListener("pointermove", (event) => {
    if (frameDrag?.panel !== panel || !event.buttons) return;
    const { box } = frameDrag.plot;
    const [x, y] = pointIn(panel, event);
    frameDrag.to = [clampNumber(x, box.x, box.x + box.w), clampNumber(y, box.y, box.y + box.h)];
    hideTip();
    redraw(panel, "top");
  });
  panel.holder.addEventListener("dblclick", () => zoomed() && zoomOut());
}

addEventListener("pointerup", () => {
  if (!frameDrag) return;
  const { panel, plot, from, to } = frameDrag;
  frameDrag = null;
  const [wide, high] = [0, 1].map((i) => Math.abs(to[i] - from[i]) >= LEAST_DRAG);
  redraw(panel, "top");
  if (!wide && !high) return;
  // The click that ends a drag selects nothing.
  panel.dragged = true;
  setTimeout(() => (panel.dragged = false));
  const values = [from[1], to[1]].map(plot.ys.value).sort((a, b) => a - b);
  const more = high ? { [panel.valueKey]: values.map((v) => v.toPrecision(6)).join("~") } : {};
  if (!wide) return set(more);
  const steps = [from[0], to[0]].map((x) => carried(plot.xs.value(x), times(), page.steps)).sort((a, b) => a - b);
  setZoom(...steps, more);
});

function drawZoomFrame(pen, panel) {
  if (frameDrag?.panel !== panel) return;
  const { from, to, plot } = frameDrag;
  const [wide, high] = [0, 1].map((i) => Math.abs(to[i] - from[i]) >= LEAST_DRAG);
  if (!wide && !high) return;
  const { box } = plot;
  const [x, w] = wide ? [Math.min(from[0], to[0]), Math.abs(to[0] - from[0])] : [box.x, box.w];
  const [y, h] = high ? [Math.min(from[1], to[1]), Math.abs(to[1] - from[1])] : [box.y, box.h];
  pen.rect(x, y, w, h, { fill: pen.colours.accent, alpha: 0.12 });
  pen.rect(x, y, w, h, { stroke: pen.colours.accent, width: 1.25 });
}

// Shown while only a part is: back to the whole.
function wholeButton(key) {
  const button = el("button", { type: "button", class: "quiet", text: "whole range", title: "double click, or 0", onclick: zoomOut });
  const mark = () => (button.hidden = !state.zoom && !state[key]);
  mark();
  watch(mark);
  refills.push(mark);
  return button;
}
