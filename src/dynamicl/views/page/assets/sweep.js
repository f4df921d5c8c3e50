// A sweep: what became of each run against a setting, coloured by another one. Points are runs, lines their means.

let sweepPanel = null;
const READINGS = [
  ["end", "at the end"],
  ["highest", "highest"],
  ["lowest", "lowest"],
  ["transition", "transition time"],
];

function buildSweep() {
  sweepPanel = addPanel({
    id: "sweep",
    title: "Against a setting",
    wide: true,
    controls: [
      choose("sweepReading", "value", () => READINGS),
      choose("sweepSetting", "setting", () => sweepKeys().map((key) => [key, key.replace(/_/g, " ")])),
      choose("sweepColour", "colour", () => [["", "none"], ...sweepKeys().map((key) => [key, key.replace(/_/g, " ")])]),
    ],
    follows: ["sweepReading", "sweepSetting", "sweepColour", "measure", "evaluator", "axis", "run", "compare", "layer", "head"],
    height: (w) => (sweepKeys().length ? (w < 520 ? 300 : 320) : 60),
    draw: drawSweep,
    rows: sweepRows,
    name: () => (sweepKeys().length ? `${sweepValueName()} against ${sweepKey().replace(/_/g, " ")}` : "Against a setting"),
    note: () =>
      sweepKeys().length
        ? "A point is a run; lines join means, bars are two standard errors of the mean. Click a point to select its run."
        : "",
    describe: () =>
      sweepKeys().length
        ? `${sweepValueName()} of ${shownRuns().length} runs against ${sweepKey()}`
        : "No setting differs between the runs",
  });
}

// Settings that differ, seeds last.
const sweepKeys = () => {
  const keys = [...new Set(page.runs.flatMap((run) => Object.keys(run.differs)))];
  return [...keys.filter((key) => !/seed/.test(key)), ...keys.filter((key) => /seed/.test(key))];
};
const sweepKey = () => (sweepKeys().includes(state.sweepSetting) ? state.sweepSetting : sweepKeys()[0]);
const sweepShade = () => (sweepKeys().includes(state.sweepColour) ? state.sweepColour : "");

function sweepValueName() {
  if (state.sweepReading === "transition") return `Transition time (${timeName()})`;
  const words = { highest: "highest ", lowest: "lowest " }[state.sweepReading] || "";
  const where = state.sweepReading === "end" ? " at the end" : "";
  return capital(`${words}${titleOf(state.measure)}${evaluatorWords()}${where}`);
}

// The number that stands for a run; NaN where it has none.
function sweepValue(r) {
  if (state.sweepReading === "transition") {
    const transition = transitionOf(r);
    return transition ? transitionTimes(transition)[0] : NaN;
  }
  const curve = curveOf(state.measure, r, state.evaluator, state.layer, state.head);
  const values = curve ? Array.from(curve).filter(finite) : [];
  if (!values.length) return NaN;
  if (state.sweepReading === "highest") return values.reduce((a, b) => Math.max(a, b));
  if (state.sweepReading === "lowest") return values.reduce((a, b) => Math.min(a, b));
  return values[values.length - 1];
}

// Where the values of a setting stand: as numbers if all are, on a logarithmic axis if they span decades.
function settingScale(texts, x0, x1) {
  const distinct = [...new Set(texts)];
  const numbers = distinct.map(Number);
  if (distinct.every((text) => text !== "" && text !== "–") && numbers.every(finite)) {
    const order = distinct.sort(byNumber);
    const [low, high] = [Number(order[0]), Number(order[order.length - 1])];
    const log = low > 0 && high / low >= 20;
    const warp = log ? Math.log10 : (x) => x;
    const span = warp(high) - warp(low) || 1;
    const place = (text) => x0 + 18 + ((warp(Number(text)) - warp(low)) / span) * (x1 - x0 - 36);
    return { place, ticks: order, log, order };
  }
  const order = distinct.sort();
  const place = (text) => x0 + ((order.indexOf(text) + 0.5) / order.length) * (x1 - x0);
  return { place, ticks: order, log: false, order };
}

const settingOf = (r, key) => page.runs[r].differs[key] ?? "–";

function drawSweep(pen, w, h) {
  const key = sweepKey();
  if (!key) return drawEmpty(pen, w, h, "No setting differs between these runs");
  const c = pen.colours;
  const runs = shownRuns();
  const values = runs.map(sweepValue);
  const shades = sweepShade() ? [...new Set(runs.map((r) => settingOf(r, sweepShade())))].sort(byNumber) : [""];
  const box = { x: 56, y: 24, w: w - 70, h: h - 24 - 44 - (shades.length > 1 ? 20 : 0) };
  const xs = settingScale(runs.map((r) => settingOf(r, key)), box.x, box.x + box.w);
  const ys = valueScale([values], box.y + box.h, box.y, { log: state.ylog });
  const ticks = { place: (x) => x, ticks: () => [] };
  drawFrame(pen, box, ticks, ys, { yName: sweepValueName(), xName: key.replace(/_/g, " ") + (xs.log ? " (logarithmic)" : "") });
  drawSettingTicks(pen, box, xs);
  if (ys.empty) return drawEmpty(pen, w, box.y + box.h, "None of these runs has such a value");
  shades.forEach((shade, g) => {
    const colour = shades.length > 8 ? scaleColour(g / (shades.length - 1), c) : c.runs[g];
    const own = runs.filter((r) => !sweepShade() || settingOf(r, sweepShade()) === shade);
    drawSweepGroup(pen, own, { xs, ys, key, colour, dash: dashOf(g), aside: (g - (shades.length - 1) / 2) * 5 });
    if (shades.length > 1) {
      const x = box.x + (g * box.w) / shades.length;
      pen.line(x, h - 12, x + 22, h - 12, { stroke: colour, width: 2.4, dash: dashOf(g) });
      pen.text(cut(shade, 22), x + 28, h - 12, { size: 11 });
    }
  });
}

const byNumber = (a, b) => (finite(Number(a)) && finite(Number(b)) ? Number(a) - Number(b) : a < b ? -1 : 1);

function drawSettingTicks(pen, box, xs) {
  let last = -Infinity;
  for (const tick of xs.ticks) {
    const x = xs.place(tick);
    if (x - last < 40) continue;
    last = x;
    pen.line(x, box.y + box.h, x, box.y + box.h + 4, { stroke: pen.colours.rule });
    pen.text(cut(tick, 18), x, box.y + box.h + 14, { align: "center" });
  }
}

// Runs of one colour: a point each, and for every value of the setting their mean with its bar.
function drawSweepGroup(pen, runs, { xs, ys, key, colour, dash, aside }) {
  const means = [];
  for (const text of xs.order) {
    const own = runs.filter((r) => settingOf(r, key) === text && finite(sweepValue(r)));
    if (!own.length) continue;
    const { mean, error } = meanOf(own.map(sweepValue));
    const x = xs.place(text) + aside;
    means.push([x, mean]);
    if (finite(error)) {
      const [low, high] = [mean - 2 * error, mean + 2 * error].map(ys.place);
      pen.line(x, low, x, high, { stroke: colour, width: 2 });
    }
    for (const r of own) {
      const y = ys.place(sweepValue(r));
      pen.circle(x, y, r === state.run ? 5 : 3, {
        fill: colour,
        alpha: r === state.run ? 1 : 0.5,
        stroke: r === state.run ? pen.colours.ink : undefined,
      });
      pen.hit(x - 6, y - 6, 12, 12, [runLabel(r), `${sweepValueName()} ${num(sweepValue(r))}`, ...differenceLines(r)], () => selectRun(r));
    }
  }
  pen.poly(means.map(([x]) => x), means.map(([, mean]) => ys.place(mean)), { stroke: colour, width: 1.8, dash });
}

function meanOf(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  if (values.length < 2) return { mean, error: NaN };
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

function sweepRows() {
  const keys = sweepKeys();
  return [
    ["run", "label", ...keys, `${sweepValueName()}`],
    ...shownRuns().map((r) => [page.runs[r].id, runLabel(r), ...keys.map((key) => settingOf(r, key)), sweepValue(r)]),
  ];
}
