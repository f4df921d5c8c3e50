// The network as a diagram: the residual stream from left to right, each layer's heads beside it,
// edges as wide as the chosen measure at the cursor. With `path_effect`, arcs from part to part.

let circuitPanel = null;
const CIRCUIT_FIRST = ["logit_attribution", "induction_strength", "previous_token_attention"];

const circuitMeasures = () => [
  ...CIRCUIT_FIRST.filter((m) => headMeasures().includes(m)),
  ...(hasArray("path_effect") ? ["path_effect"] : []),
  ...headMeasures().filter((m) => !CIRCUIT_FIRST.includes(m) && m !== "pattern_entropy"),
];

function buildCircuit() {
  circuitPanel = addPanel({
    id: "circuit",
    title: "Circuit",
    controls: [choose("circuit", "width shows", () => circuitMeasures().map((m) => [m, titleOf(m)]))],
    follows: ["run", "circuit", "clamp"],
    cursor: ["cursor", "layer", "head"],
    height: () => (page.heads.length ? circuitLayout(600).height : 90),
    draw: drawCircuitBase,
    overlay: drawCircuit,
    rows: circuitRows,
    note: () =>
      page.heads.length
        ? "Blue adds, orange takes away. The numbered steps are those of an induction circuit: press one."
        : "",
    describe: describeCircuit,
  });
}

function circuitLayout(w) {
  const rows = page.heads.length;
  const pitch = rows > 10 ? 22 : 36;
  const top = 34;
  const stream = top + rows * pitch + 34;
  const start = w < 420 ? 54 : 76;
  const block = (w - start - (w < 420 ? 56 : 74)) / Math.max(1, page.layers.length);
  const places = { embed: [26, stream], logits: [w - (w < 420 ? 26 : 34), stream] };
  page.layers.forEach((_, l) =>
    page.heads.forEach((_, h) => {
      places[headName(l, h)] = [start + block * (l + 0.5), top + h * pitch + pitch / 2];
    }),
  );
  return {
    places,
    stream,
    block,
    pitch,
    top,
    radius: Math.min(13, pitch * 0.4),
    height: stream + 46,
    x: (l) => start + block * l,
  };
}

// The largest size of a measure in the run, so that widths mean the same at every step.
function circuitReach(name) {
  const key = name + state.run;
  if (circuitPanel.reach?.key === key && circuitPanel.reach.page === page) return circuitPanel.reach.value;
  const a = hasArray(name) && arr(name);
  if (!a) return 1;
  let value = 1e-9;
  const from = a.row(state.run);
  const to = from + a.strides[0];
  for (let i = from; i < to; i++) if (Math.abs(a.data[i]) > value) value = Math.abs(a.data[i]);
  circuitPanel.reach = { key, page, value };
  return value;
}

function drawCircuitBase(pen, w, h) {
  if (!page.heads.length) return drawEmpty(pen, w, h, "No heads in this trajectory");
  const g = circuitLayout(w);
  const c = pen.colours;
  page.layers.forEach((layer, l) => {
    pen.rect(g.x(l) + 6, g.top - 26, g.block - 12, page.heads.length * g.pitch + 34, {
      stroke: c.rule,
      fill: c.empty,
      alpha: 0.7,
      radius: 6,
    });
    pen.text((g.block < 120 ? "L" : "layer ") + layer, g.x(l) + 14, g.top - 13, { weight: 600 });
  });
  pen.line(g.places.embed[0], g.stream, g.places.logits[0], g.stream, { stroke: c.rule, width: 9, cap: "round" });
  pen.text("residual stream", g.places.embed[0] + 32, g.stream + 14, { size: 10, fill: c.faint });
  page.layers.forEach((_, l) =>
    page.heads.forEach((_, k) => {
      const [x, y] = g.places[headName(l, k)];
      pen.hit(
        x - g.block / 2,
        y - g.pitch / 2,
        g.block,
        g.pitch,
        () => [
          headWords(l, k),
          ...circuitMeasures()
            .filter((m) => m !== "path_effect")
            .map((m) => `${titleOf(m)} ${num(headValue(m, l, k))}`),
        ],
        () => selectHead(l, k),
      );
    }),
  );
  for (const mark of stepMarks(g)) registerMark(pen, mark);
}

function drawCircuit(pen, w) {
  if (!page.heads.length) return;
  const g = circuitLayout(w);
  if (state.circuit === "path_effect") drawPaths(pen, g);
  else drawContributions(pen, g);
  page.layers.forEach((_, l) => page.heads.forEach((head, k) => drawHeadNode(pen, g, l, k, head)));
  drawEnds(pen, g);
  for (const mark of stepMarks(g)) drawMark(pen, mark);
}

// Tokens and logits, above the edges that meet them.
function drawEnds(pen, g) {
  const c = pen.colours;
  for (const [name, words] of [
    ["embed", "tokens"],
    ["logits", "logits"],
  ]) {
    const [x, y] = g.places[name];
    pen.rect(x - 25, y - 14, 50, 28, { fill: c.paper, stroke: c.ink, radius: 5 });
    pen.text(words, x, y, { align: "center", fill: c.ink });
  }
}

function drawHeadNode(pen, g, l, k, head) {
  const c = pen.colours;
  const own = l === state.layer && k === state.head;
  const [x, y] = g.places[headName(l, k)];
  const value =
    state.circuit === "path_effect" ? NaN : headValue(state.circuit, l, k) / circuitReach(state.circuit);
  const rgb = shade(value, c);
  pen.circle(x, y, g.radius, {
    fill: rgb ? css(rgb) : c.paper,
    stroke: own ? c.ink : c.rule,
    width: own ? 2.5 : 1,
  });
  pen.text(String(head), x, y, {
    align: "center",
    size: 10,
    weight: own ? 700 : 500,
    fill: rgb ? readable(rgb, c) : c.ink,
  });
}

const signColour = (value, c) => (value < 0 ? c.negative : c.accent);
const edgeStyle = (value, c) => ({
  stroke: signColour(value, c),
  width: 0.75 + 9 * Math.min(1, Math.abs(value)),
  alpha: 0.25 + 0.6 * Math.min(1, Math.abs(value)),
  cap: "round",
});

// In from the stream (thin), out to it (as wide as the head's measure).
function drawContributions(pen, g) {
  const c = pen.colours;
  const reach = circuitReach(state.circuit);
  page.layers.forEach((_, l) =>
    page.heads.forEach((_, k) => {
      const [x, y] = g.places[headName(l, k)];
      const value = headValue(state.circuit, l, k) / reach;
      const [start, end] = [g.x(l) + 2, g.x(l) + g.block - 2];
      pen.curve([start, g.stream, start + 16, g.stream - 30, start + 12, y, x - g.radius, y], {
        stroke: c.rule,
        width: 1,
      });
      if (finite(value))
        pen.curve([x + g.radius, y, end - 12, y, end - 16, g.stream - 30, end, g.stream], edgeStyle(value, c));
    }),
  );
}

function pathNow() {
  const a = hasArray("path_effect") && arr("path_effect");
  const k = checkpointNow();
  if (!a || k < 0) return [];
  return page.paths.source.flatMap((from, i) =>
    page.paths.target.map((to, j) => ({ from, to, value: a.at(state.run, k, i, j) })),
  );
}

function drawPaths(pen, g) {
  const reach = circuitReach("path_effect");
  for (const { from, to, value } of pathNow()) {
    const [a, b] = [g.places[from], g.places[to]];
    if (!a || !b || !finite(value) || Math.abs(value) < 0.01 * reach) continue;
    const middle = (a[0] + b[0]) / 2;
    pen.curve([a[0], a[1], middle, a[1], middle, b[1], b[0], b[1]], edgeStyle(value / reach, pen.colours));
  }
}

function circuitRows() {
  if (state.circuit === "path_effect") {
    return [
      ["run", "step", "source", "target", "path_effect"],
      ...pathNow().map((p) => [page.runs[state.run].id, page.checkpoints[checkpointNow()], p.from, p.to, p.value]),
    ];
  }
  const names = circuitMeasures().filter((m) => m !== "path_effect");
  return [
    ["run", "step", "layer", "head", ...names.map((m) => m + precisionOf(m))],
    ...page.layers.flatMap((layer, l) =>
      page.heads.map((head, k) => [
        page.runs[state.run]?.id ?? "",
        stepNow(),
        layer,
        head,
        ...names.map((m) => exactly(m, headValue(m, l, k))),
      ]),
    ),
  ];
}

function describeCircuit() {
  if (!page.heads.length) return "No heads";
  return `Diagram of ${page.layers.length} layers with ${page.heads.length} heads each beside the residual stream; edge widths show ${titleOf(state.circuit)}`;
}
