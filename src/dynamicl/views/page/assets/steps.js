// The five steps of an induction circuit: marks on the diagram and, where runs with a step clamped
// were given, their loss curves beside the unclamped ones.

let stepsPanel = null;
const UNCLAMPED = "unclamped";
const STEPS = [
  { key: "1", words: "attend to the previous token", layer: 0, at: "inside" },
  { key: "2", words: "copy what stands there", layer: 0, at: "leaves" },
  { key: "3qk", words: "route it to queries and keys", layer: 1, at: "enters" },
  { key: "4", words: "match query and key", layer: 1, at: "inside" },
  { key: "3v", words: "route the label to the values", layer: 1, at: "aside" },
  { key: "5", words: "copy the label to the output", layer: 1, at: "leaves" },
];

function buildSteps() {
  stepsPanel = addPanel({
    id: "steps",
    title: "The five steps, clamped",
    controls: [
      el("div", { class: "chips", id: "stepchips", role: "group", "aria-label": "Steps of the induction circuit" }),
    ],
    follows: ["clamp", "scale", "run", "evaluator", "axis"],
    cursor: ["cursor"],
    height: () => (clampedOnes().length ? 340 : 24 + 34 * (STEPS.length + 2)),
    draw: drawSteps,
    overlay: overlaySteps,
    rows: stepRows,
    note: () =>
      clampedOnes().length
        ? "Loss in training while steps are held perfect: what is left to learn shows how the drop comes about. Choose a step here or in the diagram."
        : "Steps 1 and 2 lay the previous token; 3qk and 4 match; 3v and 5 copy.",
    describe: () => `Loss with ${state.clamp || "no step"} clamped`,
  });
  fillStepChips();
  refills.push(fillStepChips);
  watch((changed) => changed.has("clamp") && fillStepChips());
}

function fillStepChips() {
  const named = clampedOnes().filter((c) => !STEPS.some((s) => s.key === c.name));
  const chip = (value, text, title) =>
    el("button", {
      type: "button",
      class: "chip",
      title,
      "data-step": value,
      text,
      "aria-pressed": String(state.clamp === value),
      onclick: () => set({ clamp: state.clamp === value ? "" : value }),
    });
  $("#stepchips").replaceChildren(
    ...STEPS.map((s) => chip(s.key, `${s.key} ${s.words}`, s.words)),
    ...named.map((c) => chip(c.name, `${c.name} together`, `clamped: ${c.name}`)),
  );
}

const clampedOnes = () => page.clamped.filter((c) => c.name !== UNCLAMPED);

// The clamped curves behind a chip: the one of that name, else all that contain the step; all without a choice.
function clampEntries() {
  if (!state.clamp) return clampedOnes();
  const exact = clampedOnes().filter((c) => c.name === state.clamp);
  return exact.length ? exact : clampedOnes().filter((c) => c.steps.includes(state.clamp));
}

// A set of steps keeps its colour, whichever others are shown beside it.
const clampColour = (entry, colours) => colours.runs[clampedOnes().indexOf(entry) % 8];

const markedSteps = () => {
  const entry = page.clamped.find((c) => c.name === state.clamp);
  return entry ? entry.steps : [state.clamp];
};

// Where each step is marked: on a layer's own frame, or under the stream where it enters or leaves a layer.
function stepMarks(g) {
  if (page.layers.length < 2) return [];
  return STEPS.map((s) => {
    const left = g.x(s.layer ? page.layers.length - 1 : 0);
    const x = { inside: left + g.block - 28, enters: left + 18, aside: left + 48, leaves: left + g.block - 18 }[
      s.at
    ];
    return { ...s, x, y: s.at === "inside" ? g.top - 13 : g.stream + 26 };
  });
}

function drawMark(pen, { key, x, y }) {
  const c = pen.colours;
  const chosen = markedSteps().includes(key);
  pen.rect(x - 13, y - 9, 26, 18, {
    fill: chosen ? c.accent : c.paper,
    stroke: chosen ? c.accent : c.soft,
    radius: 9,
  });
  pen.text(key, x, y, { align: "center", size: 10, weight: 600, fill: chosen ? c.paper : c.ink });
}

function registerMark(pen, { key, words, x, y }) {
  pen.hit(x - 14, y - 12, 28, 24, [`step ${key}`, words], () => set({ clamp: state.clamp === key ? "" : key }));
}

function drawSteps(pen, w, h) {
  const c = pen.colours;
  stepsPanel.geometry = null;
  const entries = clampEntries();
  if (!clampedOnes().length) return drawStepWords(pen, w);
  if (!entries.length) return drawWords(pen, w, h, [`No run with step ${state.clamp} clamped here.`]);
  const own = clampReference();
  const all = entries.flatMap((e) => e.loss.map((curve) => curve.map((v) => v ?? NaN)));
  const box = { x: 48, y: 20, w: w - 60, h: h - 64 };
  const shown = [...entries.map((e) => e.sequences), ...own.map(([sequences]) => sequences)];
  const t = [...new Set([...shown.flat(), ...page.sequences])].sort((a, b) => a - b);
  const xs = timeScale(box.x, box.x + box.w, t);
  const ys = valueScale([...all, ...own.map(([, curve]) => curve)], box.y + box.h, box.y, { include: [0] });
  const label = (i, words, fill) =>
    pen.text(words, box.x + box.w - 4, box.y + 10 + 15 * i, { align: "right", weight: 600, fill });
  drawFrame(pen, box, xs, ys, { yName: "loss (nats)", xName: "sequences", ticksX: box.w / 90 });
  for (const [sequences, curve] of own)
    pen.poly(...known(sequences, curve, xs, ys), { stroke: c.faint, width: 1, alpha: 0.6 });
  entries.forEach((entry, i) => {
    const stroke = clampColour(entry, c);
    for (const curve of entry.loss)
      pen.poly(...known(entry.sequences, curve, xs, ys), { stroke, width: 1.8, alpha: 0.85 });
    label(i, `${entry.steps.length > 1 ? "steps" : "step"} ${entry.name} held`, stroke);
  });
  if (own.length) label(entries.length, UNCLAMPED, c.faint);
  stepsPanel.geometry = { box, xs };
}

// The recorded points of a curve: several sets of runs share one axis, on which each has its own.
function known(sequences, curve, xs, ys) {
  const there = range(sequences.length).filter((t) => finite(curve[t]));
  return [there.map((t) => xs.place(sequences[t])), there.map((t) => ys.place(curve[t]))];
}

// The curves beside which clamped ones are seen: those trained for it, or else the loss of this page's runs.
function clampReference() {
  const own = page.clamped.find((c) => c.name === UNCLAMPED);
  if (own) return own.loss.map((curve) => [own.sequences, curve.map((v) => v ?? NaN)]);
  if (!hasArray("loss") || !page.sequences.length) return [];
  return shownRuns().map((r) => [page.sequences, curveOf("loss", r, state.evaluator) || []]);
}

// Without clamped runs: what the steps are, each where it happens.
function drawStepWords(pen, w) {
  const c = pen.colours;
  STEPS.forEach((s, i) => {
    const y = 24 + 34 * i;
    drawMark(pen, { key: s.key, x: 18, y });
    pen.text(`layer ${page.layers[s.layer] ?? s.layer + 1}`, 46, y, { size: 11, fill: c.faint });
    pen.text(capital(s.words), w < 420 ? 96 : 104, y, { size: w < 420 ? 11.5 : 13, fill: c.ink });
  });
  ["No run here has a step clamped; with `dynamicl reproduce", "induction.clamps` its loss curves appear in this place."].forEach(
    (line, i) => pen.text(line, 6, 34 * STEPS.length + 30 + 18 * i, { size: w < 420 ? 11 : 12.5, fill: c.soft }),
  );
}

function drawWords(pen, w, h, lines) {
  lines.forEach((line, i) =>
    pen.text(line, w / 2, h / 2 + (i - (lines.length - 1) / 2) * 20, {
      align: "center",
      size: w < 420 ? 11 : 13,
      fill: pen.colours.faint,
    }),
  );
}

function overlaySteps(pen) {
  const g = stepsPanel.geometry;
  if (!g || !page.sequences.length) return;
  const x = g.xs.place(page.sequences[state.cursor]);
  pen.line(x, g.box.y, x, g.box.y + g.box.h, { stroke: pen.colours.ink, width: 1.25, alpha: 0.75 });
}

const stepRows = () => [
  ["clamped", "curve", "sequences", "loss"],
  ...clampEntries().flatMap((e) =>
    e.loss.flatMap((curve, i) => curve.map((v, t) => [e.name, i, e.sequences[t], v])),
  ),
];
