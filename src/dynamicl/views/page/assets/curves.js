// Curves over runs. Hover names a run and what sets it apart, a click selects it, a drag looks at a part closely;
// with shift it draws a loop and compares the runs that pass through it.

let curvesPanel = null;
let drag = null;

function buildCurves() {
  curvesPanel = addPanel({
    id: "curves",
    title: "Curves",
    wide: false,
    controls: [
      choose("measure", "measure", () => [...scalarMeasures(), ...headMeasures()].map((m) => [m, titleOf(m)])),
      choose("evaluator", "evaluator", () => page.evaluators.map((e, i) => [String(i), e]), { toState: Number }),
      segments("mode", "Runs or their mean", [
        ["runs", "runs"],
        ["mean", "mean & band"],
        ["difference", "difference"],
      ]),
      choose("minus", "minus", () =>
        state.mode === "difference"
          ? page.runs.map((run, r) => [run.id, cutFront(run.label, 40)]).filter((_, r) => r !== state.run)
          : [],
        { fromState: () => page.runs[minusRun()]?.id || "" },
      ),
      segments("ylog", "Vertical scale", [
        [false, "linear y"],
        [true, "log y"],
      ]),
      wholeButton("curvesY"),
    ],
    follows: ["run", "measure", "evaluator", "mode", "ylog", "axis", "scale", "compare", "layer", "head", "minus", "zoom", "curvesY"],
    cursor: ["cursor", "hover"],
    height: (w) => (w < 520 ? 300 : 330) + rugHeight(),
    draw: drawCurves,
    overlay: overlayCurves,
    rows: () => (isDifference() ? differenceRows() : curveRows()),
    describe: describeCurves,
    name: () => `${capital(titleOf(state.measure)) || "Curves"}${evaluatorWords()}`,
    note: () =>
      state.mode === "difference"
        ? differenceNote()
        : state.mode === "mean"
        ? "Mean over the runs of one setting; the band holds the middle 80 % of them."
        : `${errorOf(state.measure) ? "Band: two standard errors of the selected run. " : ""}Diamonds: transitions with their 95 % intervals. Click a curve to select its run; drag to look at a part closely, with shift to compare runs.`,
    pointer: hoverCurve,
    away: () => set({ hover: -1 }),
    click: clickCurve,
    after: [
      el("div", { id: "legend", class: "chips", role: "group", "aria-label": "Runs" }),
      el("div", { id: "compare" }),
    ],
  });
  bindLasso(curvesPanel);
  bindZoom(curvesPanel, "curvesY");
  watch((changed) => {
    const other = ["measure", "mode", "ylog"].some((key) => changed.has(key));
    if (other && !changed.has("curvesY")) set({ curvesY: "" });
    if (changed.has("mode") || changed.has("run")) refills.forEach((refill) => refill());
  });
  refills.push(fillLegend);
  arrivals.push(fillCompare);
  fillLegend();
  watch((changed) => {
    if (["run", "compare", "theme", "measure", "evaluator", "axis"].some((key) => changed.has(key))) fillLegend();
  });
}

const isScalar = () => page.arrays[state.measure]?.dims.length === 2;
const perHead = () => page.arrays[state.measure]?.dims.includes("head");

function evaluatorWords() {
  if (perHead()) return ` of ${headName(state.layer, state.head)}`;
  return isScalar() || !page.evaluators.length ? "" : ` · ${page.evaluators[state.evaluator]}`;
}

const shownRuns = () => (state.compare.length ? state.compare : range(page.runs.length));
const shownTransitions = () => {
  const evaluator = page.evaluators[state.evaluator];
  const found = page.transitions.filter(
    (t) => t.found && transitionTimes(t) && page.runs.some((run) => run.id === t.run),
  );
  const same = found.filter((t) => t.curve === state.measure && (!t.evaluator || t.evaluator === evaluator));
  return same.length
    ? same
    : found.filter((t) => t.curve === "loss" && (!t.evaluator || t.evaluator === evaluator));
};
const rugHeight = () => (shownTransitions().length ? Math.min(96, 6 + 8 * shownTransitions().length) : 0);

function curvesBox(w, h) {
  return { x: 52, y: 24, w: w - 66, h: h - 24 - 40 - rugHeight() };
}

function curvesNow() {
  if (isDifference()) return range(page.runs.length).map((r) => (r === state.run ? differenceOf(state.measure) : []));
  return range(page.runs.length).map(
    (r) => curveOf(state.measure, r, state.evaluator, state.layer, state.head) || [],
  );
}

function drawCurves(pen, w, h) {
  const c = pen.colours;
  if (!state.measure || !page.steps.length || !page.runs.length)
    return drawEmpty(pen, w, h, "Nothing recorded yet");
  const box = curvesBox(w, h);
  const xs = timeScale(box.x, box.x + box.w, times(), zoomTimes(times()));
  const curves = curvesNow();
  const drawn = isDifference() ? [state.run] : shownRuns();
  const ys = valueScale(
    drawn.map((r) => inView(curves[r])),
    box.y + box.h,
    box.y,
    { log: state.ylog && !isDifference(), range: valueRange("curvesY"), include: isDifference() ? [0] : [] },
  );
  drawFrame(pen, box, xs, ys, { yName: titleOf(state.measure) + (isDifference() ? ", difference" : ""), xName: timeName(), ticksX: box.w / 90 });
  curvesPanel.geometry = { box, xs, ys, curves };
  if (ys.empty) return drawEmpty(pen, w, box.y + box.h, "Not recorded for these runs");
  if (!isDifference()) drawReference(pen, box, ys);
  const transition = transitionOf(state.run);
  const at = xs.all();
  pen.clip(box.x, box.y - 2, box.w + 2, box.h + 4, () => {
    if (transition) drawTransitionBand(pen, box, xs, transition);
    if (isDifference()) drawDifference(pen, box, at, ys, curves[state.run]);
    else if (state.mode === "mean") drawBands(pen, at, ys, curves);
    else {
      drawErrorBand(pen, at, ys, curves[state.run]);
      drawRuns(pen, at, ys, curves);
    }
  });
  drawDiverged(pen, box, xs);
  drawRug(pen, box, xs, c);
}

// The plateau of a two-way guess: log 2 in nats.
function drawReference(pen, box, ys) {
  if (state.measure !== "loss" || ys.low > Math.LN2 || ys.high < Math.LN2) return;
  const y = ys.place(Math.LN2);
  pen.line(box.x, y, box.x + box.w, y, { stroke: pen.colours.faint, dash: [2, 4] });
  pen.text("log 2", box.x + box.w - 2, y - 8, { align: "right", size: 10, fill: pen.colours.faint });
}

function drawTransitionBand(pen, box, xs, transition) {
  const [value, low, high] = transitionTimes(transition).map(xs.place);
  if (finite(low) && finite(high))
    pen.rect(low, box.y, Math.max(1, high - low), box.h, { fill: pen.colours.band, alpha: 0.1 });
  if (finite(value))
    pen.line(value, box.y, value, box.y + box.h, { stroke: pen.colours.band, dash: [3, 3], alpha: 0.7 });
}

function drawRuns(pen, at, ys, curves) {
  const many = page.runs.length > 1;
  for (const r of [...shownRuns().filter((i) => i !== state.run), state.run]) {
    const own = r === state.run;
    pen.poly(at, Array.from(curves[r], ys.place), {
      stroke: runColour(r, pen.colours),
      dash: runDash(r),
      width: own ? 2.4 : 1.2,
      alpha: own || !many ? 1 : 0.55,
    });
  }
}

// How well the selected run's values are known: two standard errors to either side.
function drawErrorBand(pen, at, ys, curve) {
  const error = errorOf(state.measure) && curveOf(errorOf(state.measure), state.run, state.evaluator);
  if (!error || !shownRuns().includes(state.run)) return;
  fillBetween(
    pen,
    at,
    Array.from(curve, (v, t) => ys.place(v - 2 * error[t])),
    Array.from(curve, (v, t) => ys.place(v + 2 * error[t])),
    { fill: runColour(state.run, pen.colours), alpha: 0.16 },
  );
}

// The area between two curves, where both are known.
function fillBetween(pen, at, low, high, style) {
  const there = range(at.length).filter((t) => finite(low[t]) && finite(high[t]));
  pen.shape([...there.map((t) => [at[t], high[t]]), ...there.reverse().map((t) => [at[t], low[t]])], style);
}

function drawBands(pen, at, ys, curves) {
  page.groups.forEach((_, g) => {
    const members = shownRuns().filter((r) => page.runs[r].group === g);
    if (!members.length) return;
    const { mean, low, high } = bandOf(members.map((r) => curves[r]));
    const style = { fill: groupColour(g, pen.colours), alpha: 0.18 };
    fillBetween(pen, at, low.map(ys.place), high.map(ys.place), style);
    pen.poly(at, mean.map(ys.place), {
      stroke: groupColour(g, pen.colours),
      dash: dashOf(g, page.groups.length),
      width: 2.4,
    });
  });
}

function bandOf(curves) {
  const out = { mean: [], low: [], high: [] };
  for (let t = 0; t < curves[0].length; t++) {
    const values = curves
      .map((curve) => curve[t])
      .filter(finite)
      .sort((a, b) => a - b);
    out.mean.push(values.length ? values.reduce((a, b) => a + b, 0) / values.length : NaN);
    out.low.push(quantile(values, 0.1));
    out.high.push(quantile(values, 0.9));
  }
  return out;
}

function drawDiverged(pen, box, xs) {
  page.runs.forEach((run, r) => {
    if (run.status !== "diverged" || run.diverged_at < 0 || !shownRuns().includes(r)) return;
    const x = xs.place(times()[nearestIndex(page.steps, run.diverged_at)]);
    if (x < box.x || x > box.x + box.w) return;
    pen.line(x, box.y + 4, x, box.y + box.h, { stroke: pen.colours.negative, dash: [1, 3] });
    pen.text("✕ " + run.label, x + 4, box.y + 8, { size: 10, fill: pen.colours.negative });
  });
}

// One line a run under the plot: transition as a diamond, interval as a bar.
function drawRug(pen, box, xs, c) {
  const list = shownTransitions();
  const row = rugHeight() ? (rugHeight() - 6) / list.length : 0;
  list.forEach((t, i) => {
    const r = page.runs.findIndex((run) => run.id === t.run);
    const y = box.y + box.h + 34 + row * (i + 0.5);
    const [value, low, high] = transitionTimes(t).map(xs.place);
    const colour = runColour(r, c);
    const size = Math.min(4, row * 0.6);
    const alpha = r === state.run || state.compare.includes(r) ? 1 : 0.6;
    pen.clip(box.x - 4, y - row, box.w + 8, 2 * row, () => {
      if (finite(low) && finite(high))
        pen.line(low, y, high, y, { stroke: colour, width: Math.max(1, Math.min(2.5, row * 0.4)), alpha });
      pen.shape(
        [
          [value, y - size],
          [value + size, y],
          [value, y + size],
          [value - size, y],
        ],
        { fill: colour, alpha },
      );
    });
    pen.hit(box.x, y - row / 2, box.w, row, transitionWords(t, r), () => selectRun(r));
  });
}

function transitionWords(t, r) {
  const [value, low, high] = transitionTimes(t);
  return [
    page.runs[r].label,
    `transition at ${compact(value)} ${timeName()}`,
    finite(low) ? `95 % interval ${compact(low)} to ${compact(high)}` : "no interval",
  ];
}

function overlayCurves(pen) {
  const g = curvesPanel.geometry;
  if (!g || !page.steps.length) return;
  drawCursor(pen, g.box, g.xs);
  const x = g.xs.place(times()[state.cursor]);
  const inside = x >= g.box.x - 1 && x <= g.box.x + g.box.w + 1;
  if (state.mode !== "mean" && inside && g.curves[state.run]) {
    const y = g.ys.place(g.curves[state.run][state.cursor]);
    if (finite(y) && y >= g.box.y - 4 && y <= g.box.y + g.box.h + 4)
      pen.circle(x, y, 4, { fill: runColour(state.run, pen.colours), stroke: pen.colours.paper, width: 1.5 });
  }
  if (state.hover >= 0 && g.curves[state.hover]) {
    pen.clip(g.box.x, g.box.y - 2, g.box.w + 2, g.box.h + 4, () =>
      pen.poly(g.xs.all(), Array.from(g.curves[state.hover], g.ys.place), { stroke: pen.colours.ink, width: 2.6 }),
    );
  }
  drawZoomFrame(pen, curvesPanel);
  if (drag && drag.points.length > 1)
    pen.shape(drag.points, { stroke: pen.colours.accent, fill: "rgba(80,140,200,.14)", dash: [4, 3], width: 1.5 });
}

function nearestRun(x, y) {
  const g = curvesPanel.geometry;
  if (!g || x < g.box.x || x > g.box.x + g.box.w || y > g.box.y + g.box.h + 6) return [-1, 0];
  const t = g.xs.index(x);
  let best = [-1, 18];
  for (const r of shownRuns()) {
    const near = [t - 1, t, t + 1].map((i) => g.ys.place(g.curves[r][i])).filter(finite);
    const away = Math.min(
      ...near.map((v) => Math.abs(v - y)),
      Math.min(...near) < y && y < Math.max(...near) ? 0 : Infinity,
    );
    if (away < best[1]) best = [r, away];
  }
  return [best[0], t];
}

function hoverCurve(x, y, event) {
  if ((drag && drag.points.length > 1) || frameDrag) return;
  const [r, t] = nearestRun(x, y);
  set({ hover: r });
  if (r < 0) return hideTip();
  const value = curvesPanel.geometry.curves[r][t];
  const error = isDifference() ? differenceError() : errorOf(state.measure) && curveOf(errorOf(state.measure), r, state.evaluator);
  const give = error && finite(error[t]) ? ` ± ${num(2 * error[t], 2)}` : "";
  showTip(
    [
      runLabel(r),
      `${titleOf(state.measure)}${isDifference() ? ", difference" : ""} ${num(value)}${give} at step ${grouped(page.steps[t])}`,
      ...differenceLines(r),
    ],
    event,
  );
}

const differenceLines = (r) =>
  Object.entries(page.runs[r].differs)
    .slice(0, 6)
    .map(([key, value]) => `${key}: ${value}`);

function clickCurve(x, y, event) {
  if (drag && drag.done) {
    drag = null;
    return;
  }
  const [r] = nearestRun(x, y);
  if (r >= 0 && event.shiftKey) set({ compare: [...new Set([...state.compare, r])] });
  else if (r >= 0) selectRun(r);
  else if (curvesPanel.geometry) moveCursor(curvesPanel.geometry.xs.index(x));
}

function curveRows() {
  const curves = curvesNow();
  const error = errorOf(state.measure);
  const errors = error ? range(page.runs.length).map((r) => curveOf(error, r, state.evaluator) || []) : [];
  const head = ["run", "label", "step", "sequences", `${state.measure}${evaluatorWords()}${precisionOf(state.measure)}`];
  if (error) head.push("standard error");
  return [
    head,
    ...shownRuns().flatMap((r) =>
      ownSteps(r, state.measure, state.evaluator).map((t) => [
        page.runs[r].id,
        runLabel(r),
        page.steps[t],
        page.sequences[t] ?? "",
        exactly(state.measure, curves[r][t]),
        ...(error ? [exactly(error, errors[r][t])] : []),
      ]),
    ),
  ];
}

function describeCurves() {
  const transition = transitionOf(state.run);
  const when = transition ? ` Its transition is at ${compact(transitionTimes(transition)[0])} ${timeName()}.` : "";
  return `${titleOf(state.measure)} of ${shownRuns().length} runs over ${timeName()}. Selected: ${page.runs.length ? runLabel(state.run) : "none"}.${when}`;
}
