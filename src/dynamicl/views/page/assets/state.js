// What is being looked at, and the address that says it.

const state = {
  run: 0,
  layer: 0,
  head: 0,
  cursor: 0,
  axis: "sequences",
  scale: "linear",
  measure: "",
  evaluator: 0,
  mode: "runs",
  ylog: false,
  headMeasure: "",
  headMode: "heads",
  source: "role",
  arrows: true,
  circuit: "",
  clamp: "",
  sweepReading: "end",
  sweepSetting: "",
  sweepColour: "",
  minus: "",
  zoom: "",
  curvesY: "",
  headsY: "",
  clampKind: "",
  clampStrength: 1,
  compare: [],
  hover: -1,
  theme: "auto",
};

const stepNow = () => page.steps[state.cursor] ?? 0;
// The checkpoints at which a run's maps were kept: its own, where runs differ.
const ownMaps = (r) => page.runs[r]?.maps || range(page.checkpoints.length);
const mapNear = (r, step) => {
  const own = ownMaps(r);
  return own.length ? own[nearestIndex(own.map((k) => page.checkpoints[k]), step)] : -1;
};
const checkpointNow = () => mapNear(state.run, stepNow());
const headName = (layer, head) => `L${page.layers[layer]}H${page.heads[head]}`;
const headWords = (layer, head) => `layer ${page.layers[layer]}, head ${page.heads[head]}`;

function moveCursor(index) {
  set({ cursor: clampNumber(Math.round(index), 0, Math.max(0, page.steps.length - 1)) });
}

function selectRun(index) {
  if (index >= 0 && index < page.runs.length) {
    set({ run: index });
    say(`Run ${runLabel(index)} selected`);
  }
}

function selectHead(layer, head) {
  set({ layer, head });
  say(`${headWords(layer, head)} selected`);
}

// Sensible first view: the run of which most is known, its strongest induction head, the transition.
function defaultView() {
  state.run = page.focus.run || 0;
  const scalars = scalarMeasures();
  state.measure = scalars.includes("loss") ? "loss" : scalars[0] || headMeasures()[0] || "";
  state.headMeasure = headMeasures().includes("induction_strength")
    ? "induction_strength"
    : headMeasures()[0] || "";
  state.circuit = circuitMeasures()[0] || "";
  state.source = hasArray("attention_by_role") ? "role" : "0";
  [state.sweepReading, state.sweepSetting, state.sweepColour] = ["end", sweepKeys()[0] || "", ""];
  state.evaluator = 0;
  state.scale = "linear";
  [state.layer, state.head] = page.focus.head || [Math.max(0, page.layers.length - 1), 0];
  state.cursor = Math.max(0, page.steps.length - 1);
  const transition = transitionOf(state.run);
  if (transition && !page.live) state.cursor = nearestIndex(page.steps, transition.time_steps[0]);
}

// The transition of a run in the curve that is shown, or else in any curve.
function transitionOf(r) {
  const found = page.transitions.filter((t) => t.found && t.run === page.runs[r]?.id && t.time_steps);
  const evaluator = page.evaluators[state.evaluator];
  return (
    found.find((t) => t.curve === state.measure && t.evaluator === evaluator) ||
    found.find((t) => t.curve === "loss") ||
    found[0] ||
    null
  );
}

const sweepState = ["sweepReading", "sweepSetting", "sweepColour"];
const addressKeys = ["axis", "scale", "measure", "mode", "headMeasure", "headMode", "source", "circuit", "clamp", "minus", "zoom", ...sweepState];

function addressText() {
  const parts = new URLSearchParams();
  if (page.runs.length) parts.set("run", page.runs[state.run].id);
  if (page.layers.length) parts.set("head", `${page.layers[state.layer]}.${page.heads[state.head]}`);
  if (page.steps.length) parts.set("step", String(stepNow()));
  if (page.evaluators.length) parts.set("evaluator", page.evaluators[state.evaluator]);
  for (const key of addressKeys) if (state[key]) parts.set(key, state[key]);
  if (state.ylog) parts.set("ylog", "1");
  if (!state.arrows) parts.set("arrows", "0");
  if (state.compare.length) parts.set("compare", state.compare.map((r) => page.runs[r].id).join("~"));
  return "#" + parts.toString();
}

const writeAddress = debounce(() => {
  const text = addressText();
  if (text !== location.hash) history.replaceState(null, "", text);
}, 200);

const allowed = {
  axis: () => ["steps", "sequences"],
  scale: () => ["linear", "log"],
  mode: () => ["runs", "mean", "difference"],
  minus: () => page.runs.map((run) => run.id),
  measure: () => [...scalarMeasures(), ...headMeasures()],
  headMeasure: headMeasures,
  headMode: () => ["heads", "runs"],
  circuit: () => circuitMeasures(),
  source: () => [...(hasArray("attention_by_role") ? ["role"] : []), ...range(sequenceCount()).map(String)],
  sweepReading: () => READINGS.map(([key]) => key),
  sweepSetting: () => sweepKeys(),
  sweepColour: () => sweepKeys(),
  clamp: () => [...STEPS.map((s) => s.key), ...page.clamped.map((c) => c.name)],
};

// Reads a view from the address; anything that does not exist in this page is left as it is.
function viewFromAddress(address = location.hash) {
  const parts = new URLSearchParams(address.slice(1));
  const patch = {};
  const runIndex = (id) => page.runs.findIndex((run) => run.id === id);
  if (runIndex(parts.get("run")) >= 0) patch.run = runIndex(parts.get("run"));
  const [layer, head] = (parts.get("head") || "").split(".").map(Number);
  if (page.layers.includes(layer) && page.heads.includes(head)) {
    patch.layer = page.layers.indexOf(layer);
    patch.head = page.heads.indexOf(head);
  }
  const step = Number(parts.get("step"));
  if (parts.has("step") && finite(step) && page.steps.length) patch.cursor = nearestIndex(page.steps, step);
  if (page.evaluators.includes(parts.get("evaluator")))
    patch.evaluator = page.evaluators.indexOf(parts.get("evaluator"));
  if (ZOOM_FORM.test(parts.get("zoom") || "")) patch.zoom = parts.get("zoom");
  for (const key of addressKeys) {
    if (parts.has(key) && allowed[key]?.().includes(parts.get(key))) patch[key] = parts.get(key);
  }
  if (parts.has("ylog")) patch.ylog = parts.get("ylog") === "1";
  if (parts.has("arrows")) patch.arrows = parts.get("arrows") !== "0";
  if (parts.has("compare"))
    patch.compare = parts
      .get("compare")
      .split("~")
      .map(runIndex)
      .filter((r) => r >= 0);
  return patch;
}
