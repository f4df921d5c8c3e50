// The payload and its arrays. Arrays travel as base64; the large ones are deflated as well and
// are unpacked when a panel first asks for them.

let page = null;
const unpacked = new Map();
const pending = new Map();
// What is done when an array has been unpacked, beside drawing the panels.
const arrivals = [() => redrawAll()];

function usePayload(payload) {
  page = payload;
  unpacked.clear();
  pending.clear();
  tokenImages.clear();
}

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function halfToFloat(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// A labelled array: `at(i, j, ...)` reads one value, `row` gives the offset of leading indices.
class Labelled {
  constructor(record, bytes) {
    this.dims = record.dims;
    this.shape = record.shape;
    // Runs that have nothing of it are not in the array.
    this.places = record.runs ? new Map(record.runs.map((r, i) => [r, i])) : null;
    this.strides = record.shape.map((_, i) => record.shape.slice(i + 1).reduce((a, b) => a * b, 1));
    this.data = Labelled.decode(record, bytes);
    this.written = Labelled.writer(record);
    this.precision = { uint8: ` (to ${num((record.high - record.low) / 508, 1)})`, float16: " (3 digits)" }[record.dtype] || "";
  }

  // How a value is written in a file: with the digits that it has, neither fewer nor more.
  static writer(record) {
    if (record.dtype === "uint8") return (x) => Number(x.toFixed(4 - Math.ceil(Math.log10(record.high - record.low))));
    if (record.dtype === "float16") return (x) => Number(x.toPrecision(4));
    return (x) => range(4).map((i) => Number(x.toPrecision(6 + i))).find((y) => Math.fround(y) === x) ?? x;
  }

  static decode(record, bytes) {
    if (record.dtype === "float32") return new Float32Array(bytes.buffer);
    if (record.dtype === "float16") return Float32Array.from(new Uint16Array(bytes.buffer), halfToFloat);
    // uint8: 255 stands for "not recorded", 0 to 254 span [low, high].
    const scale = (record.high - record.low) / 254;
    const table = Float32Array.from({ length: 256 }, (_, q) => (q === 255 ? NaN : record.low + q * scale));
    const values = new Float32Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) values[i] = table[bytes[i]];
    return values;
  }

  // NaN, which reads as nothing, for a run that is not there.
  row(...index) {
    let offset = (this.places ? (this.places.get(index[0]) ?? NaN) : index[0]) * this.strides[0];
    for (let i = 1; i < index.length; i++) offset += index[i] * this.strides[i];
    return offset;
  }

  at(...index) {
    return this.data[this.row(...index)];
  }
}

const hasArray = (name) => Boolean(page && page.arrays[name]);

// The array, or null while it is still being unpacked (the panels are redrawn when it is there).
function arr(name) {
  if (unpacked.has(name)) return unpacked.get(name);
  const record = page.arrays[name];
  if (!record) return null;
  if (!record.deflated) {
    unpacked.set(name, new Labelled(record, bytesOf(record.data)));
    return unpacked.get(name);
  }
  if (!pending.has(name)) {
    const arrival = inflate(record, page).then(([bytes, owner]) => {
      if (owner !== page) return;
      unpacked.set(name, new Labelled(record, bytes));
      pending.delete(name);
      for (const fn of arrivals) fn();
    });
    pending.set(name, arrival);
  }
  return null;
}

// What `make` returns once every array that it asks for is there.
async function complete(make) {
  let made = make();
  while (pending.size) {
    await Promise.all(pending.values());
    made = make();
  }
  return made;
}

// A value as it goes into a file, and what its column says of its precision.
const exactly = (name, x) => (finite(x) && arr(name) ? arr(name).written(x) : x);
const precisionOf = (name) => (arr(name) ? arr(name).precision : "");

async function inflate(record, owner) {
  const stream = new Blob([bytesOf(record.data)]).stream().pipeThrough(new DecompressionStream("deflate"));
  return [new Uint8Array(await new Response(stream).arrayBuffer()), owner];
}

const measuresOver = (...dims) =>
  Object.keys(page.arrays).filter((name) => page.arrays[name].dims.join() === dims.join());

// Standard errors go with what they are errors of: as a band and as ±, not as measures of their own.
const isError = (name) => name.endsWith("_error") && hasArray(name.slice(0, -6));
const errorOf = (name) => (hasArray(name + "_error") ? name + "_error" : "");
const scalarMeasures = () =>
  [...measuresOver("run", "step", "evaluator"), ...measuresOver("run", "step")].filter((name) => !isError(name));
const headMeasures = () => measuresOver("run", "step", "layer", "head");
const titleOf = (name) => page.labels[name] || name.replace(/_/g, " ");
const runLabel = (r) => page.runs[r].label;

// One run's curve of a measure: (steps,) values; head measures need a layer and a head.
function curveOf(name, r, evaluator = 0, layer = 0, head = 0) {
  const a = arr(name);
  if (!a) return null;
  const steps = a.shape[1];
  const kind = a.dims.length;
  if (!finite(a.row(r))) return new Float32Array(steps).fill(NaN);
  if (kind === 2) return a.data.subarray(a.row(r), a.row(r) + steps);
  const offset = kind === 3 ? a.row(r, 0, evaluator) : a.row(r, 0, layer, head);
  const stride = a.strides[1];
  const out = new Float32Array(steps);
  for (let t = 0; t < steps; t++) out[t] = a.data[offset + t * stride];
  return out;
}

// The indices of the steps at which a run recorded a measure itself; those of the run where it has no evaluator.
const ownSteps = (r, name = "", evaluator = -1) =>
  page.runs[r].own_evaluations[evaluatorIndex(name, evaluator)] || page.runs[r].own_steps || range(page.steps.length);

// The evaluator of a measure: the chosen one where it has all of them; else the one that its name says.
function evaluatorIndex(name, chosen) {
  const dims = page.arrays[name]?.dims || [];
  if (dims.includes("evaluator")) return chosen;
  if (name.includes("@")) return page.evaluators.indexOf(name.slice(name.indexOf("@") + 1));
  return dims.includes("head") ? page.evaluators.indexOf("train") : -1;
}

const tokenImages = new Map();

// A token's drawing; the picture is loaded from its own bytes once and then kept.
function tokenImage(png) {
  if (!tokenImages.has(png)) {
    const image = new Image();
    image.onload = () => panels.filter((panel) => panel.tokens).forEach((panel) => redraw(panel));
    image.src = "data:image/png;base64," + png;
    tokenImages.set(png, image);
  }
  return tokenImages.get(png);
}
