// Scales and the frame of a plot. The time scale is one for the whole page: steps or sequences,
// linear or logarithmic (log of 1 + x / smallest, so that step 0 has a place).

const times = () => (state.axis === "steps" || !page.sequences.length ? page.steps : page.sequences);
const timeName = () => (state.axis === "steps" || !page.sequences.length ? "steps" : "sequences");

function timeScale(x0, x1, t = times(), range = null) {
  const first = range ? range[0] : (t[0] ?? 0);
  const last = range ? range[1] : t.length ? t[t.length - 1] : 1;
  const unit = Math.max(1, t.find((x) => x > 0) ?? 1);
  const warp = state.scale === "log" ? (x) => Math.log1p(Math.max(0, x) / unit) : (x) => x;
  const unwarp = state.scale === "log" ? (y) => Math.expm1(y) * unit : (y) => y;
  const [a, b] = [warp(first), warp(last)];
  const span = b - a || 1;
  const place = (x) => x0 + ((warp(x) - a) / span) * (x1 - x0);
  return {
    x0,
    x1,
    place,
    all: () => t.map(place),
    value: (x) => unwarp(a + ((x - x0) / (x1 - x0)) * span),
    index: (x) => nearestIndex(t, unwarp(a + ((clampNumber(x, x0, x1) - x0) / (x1 - x0)) * span)),
    ticks: (n) => (state.scale === "log" ? decades(first, last, unit) : niceTicks(first, last, n)),
  };
}

// A transition's (value, low, high) in the unit of the time axis.
function transitionTimes(t) {
  const interval = timeName() === "steps" ? t.time_steps : t.time_sequences;
  if (interval) return interval;
  const other = timeName() === "steps" ? t.time_sequences : t.time_steps;
  if (!other || !page.sequences.length) return other;
  const ratio = page.sequences[page.sequences.length - 1] / Math.max(1, page.steps[page.steps.length - 1]);
  return other.map((x) => (finite(x) ? (timeName() === "steps" ? x / ratio : x * ratio) : x));
}

function niceTicks(low, high, n = 5) {
  if (!(high > low)) return [low];
  const rough = (high - low) / Math.max(1, n);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const out = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++)
    out.push(Number((k * step).toPrecision(12)));
  return out;
}

function decades(low, high, unit) {
  const from = Math.max(low, unit * 0.99);
  // With few powers of ten their doubles and halves stand between them.
  const steps = high / from < 300 ? [1, 2, 5] : [1];
  const out = low <= 0 ? [0] : [];
  for (let e = Math.floor(Math.log10(unit)); 10 ** e <= high; e++)
    for (const m of steps) if (m * 10 ** e >= from && m * 10 ** e <= high) out.push(m * 10 ** e);
  return out;
}

// A vertical scale over all given curves; the extremes are those of finite values.
// A range, where one is given, is all of the scale.
function valueScale(curves, y0, y1, { log = false, include = [], range = null } = {}) {
  let [low, high, least] = [Infinity, -Infinity, Infinity];
  const take = (v) => {
    if (!finite(v)) return;
    if (v < low) low = v;
    if (v > high) high = v;
    if (v > 0 && v < least) least = v;
  };
  for (const curve of curves) for (let i = 0; i < curve.length; i++) take(curve[i]);
  const empty = low > high;
  include.forEach(take);
  if (low > high) [low, high] = [0, 1];
  if (log && range?.[0] > 0) return logScale(range[0], range[1], y0, y1, empty, 0);
  if (log && finite(least)) return logScale(least, Math.max(high, least * 10), y0, y1, empty);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const pad = (high - low) * 0.04;
  [low, high] = range || [low - pad, high + pad];
  const value = (y) => low + ((y - y0) / (y1 - y0)) * (high - low);
  const place = (v) => y0 + ((v - low) / (high - low)) * (y1 - y0);
  return { place, value, ticks: niceTicks(low, high, Math.max(2, Math.abs(y1 - y0) / 45)), empty, low, high };
}

function logScale(least, high, y0, y1, empty, pad = 0.05) {
  const [a, b] = [Math.log10(least) - pad, Math.log10(high) + pad];
  const value = (y) => 10 ** (a + ((y - y0) / (y1 - y0)) * (b - a));
  const place = (v) => (v > 0 ? y0 + ((Math.log10(v) - a) / (b - a)) * (y1 - y0) : NaN);
  let ticks = [];
  for (let e = Math.ceil(a); e <= b; e++) ticks.push(10 ** e);
  if (ticks.length < 2) ticks = niceTicks(10 ** a, 10 ** b, 4).filter((v) => v > 0);
  return { place, value, ticks, empty, low: 10 ** a, high: 10 ** b };
}

// Grid, ticks and names around a plot.
function drawFrame(pen, box, xs, ys, { yName = "", xName = "", ticksX = 5 } = {}) {
  const c = pen.colours;
  for (const tick of ys.ticks) {
    const y = ys.place(tick);
    pen.line(box.x, y, box.x + box.w, y, { stroke: c.grid });
    pen.text(compact(tick), box.x - 7, y, { align: "right" });
  }
  pen.line(box.x, box.y + box.h, box.x + box.w, box.y + box.h, { stroke: c.rule });
  let last = -Infinity;
  for (const tick of xs.ticks(ticksX)) {
    const x = xs.place(tick);
    if (x - last < 34) continue;
    last = x;
    pen.line(x, box.y + box.h, x, box.y + box.h + 4, { stroke: c.rule });
    // A label at the end of the axis would stand half beside the drawing.
    const atEnd = box.x + box.w - x < 14;
    pen.text(compact(tick), atEnd ? box.x + box.w + 6 : x, box.y + box.h + 13, { align: atEnd ? "right" : "center" });
  }
  if (xName) pen.text(xName, box.x + box.w, box.y + box.h + 28, { align: "right", fill: c.faint });
  if (yName) pen.text(yName, box.x, box.y - 12, { weight: 600, fill: c.soft });
}

function drawCursor(pen, box, xs) {
  const t = times();
  if (!t.length) return;
  const x = xs.place(t[state.cursor]);
  if (x < box.x - 1 || x > box.x + box.w + 1) return;
  pen.line(x, box.y, x, box.y + box.h, { stroke: pen.colours.ink, width: 1.25, alpha: 0.75 });
}

function drawEmpty(pen, w, h, words) {
  pen.text(words, w / 2, h / 2, { align: "center", size: 13, fill: pen.colours.faint });
}
