// Clamps from the page, while it is served: the server runs the checkpoint at the cursor with the selected head
// silenced or its attention held, and what came out is shown beside what comes out without.

let clampPanel = null;
let clampAnswer = null;
let clampAsked = 0;
const CLAMP_KINDS = [
  ["", "nothing"],
  ["silence", "silence it"],
  ["previous token", "hold: previous token"],
  ["induction", "hold: induction"],
  ["uniform", "hold: evenly on all"],
  ["self", "hold: itself"],
];
const CLAMP_HINT =
  "Of each head the attention without the clamp stands above, with it below, averaged over sequences: a row is a query, a column a key.";

function buildClamping() {
  if (!page.clamping || !page.layers.length) return;
  const strength = el("input", {
    type: "range", min: "0", max: "1", step: "0.05", id: "clampstrength", "aria-label": "Strength of the clamp",
    oninput: () => set({ clampStrength: Number(strength.value) }),
  });
  strength.value = String(state.clampStrength);
  const words = el("output", { for: "clampstrength", text: num(state.clampStrength) });
  watch(() => {
    words.textContent = num(state.clampStrength);
    strength.value = String(state.clampStrength);
  });
  clampPanel = addPanel({
    id: "clamping",
    title: "Clamp a head here",
    wide: true,
    controls: [
      choose("clampKind", "do to the head", () => CLAMP_KINDS),
      el("label", { class: "pick" }, el("span", { text: "strength" }), strength, words),
    ],
    after: [el("div", { id: "clampscores", role: "status" })],
    follows: ["layer", "head", "clampKind", "clampStrength"],
    height: (w) => clampGrid(w).height,
    draw: drawClamping,
    rows: clampRows,
    name: () => `Clamp ${headWords(state.layer, state.head)} at the cursor`,
    note: () => (clampAnswer?.error ? "" : CLAMP_HINT),
    describe: () => $("#clampscores").textContent,
  });
  const ask = debounce(askClamp, 120);
  watch((changed) => {
    if (["run", "cursor", "evaluator", "layer", "head", "clampKind", "clampStrength"].some((key) => changed.has(key))) ask();
  });
  askClamp();
}

async function askClamp() {
  const mine = ++clampAsked;
  const question = new URLSearchParams({
    run: page.runs[state.run]?.id || "",
    step: String(stepNow()),
    evaluator: page.evaluators[state.evaluator] || "train",
    layer: String(page.layers[state.layer] - 1),
    head: String(page.heads[state.head]),
    kind: state.clampKind,
    strength: String(state.clampStrength),
  });
  const waiting = setTimeout(() => mine === clampAsked && ($("#clampscores").textContent = "computing …"), 300);
  let answer;
  try {
    answer = await (await fetch(`clamp.json?${question}`, { cache: "no-store" })).json();
  } catch (problem) {
    answer = { error: "The server does not answer." };
  }
  clearTimeout(waiting);
  if (mine !== clampAsked) return;
  clampAnswer = answer;
  fillClampScores();
  redraw(clampPanel);
}

const clampSides = () => (clampAnswer?.before ? [clampAnswer.before, ...(clampAnswer.after ? [clampAnswer.after] : [])] : []);

function fillClampScores() {
  const holder = $("#clampscores");
  if (clampAnswer.error) return holder.replaceChildren(el("p", { class: "hint", text: clampAnswer.error }));
  const sides = clampSides();
  const change = (name) => {
    const by = sides.length > 1 ? sides[1][name] - sides[0][name] : 0;
    return sides.length > 1 ? `${by < 0 ? "−" : "+"}${num(Math.abs(by))}` : "–";
  };
  const row = (name, title) => [title, ...range(2).map((i) => (sides[i] ? num(sides[i][name], 4) : "–")), change(name)];
  const where = `${page.evaluators[state.evaluator] || "train"}, ${clampAnswer.sequences} sequences, checkpoint at step ${grouped(clampAnswer.step)}`;
  holder.replaceChildren(
    tableOf(["", "without", "with the clamp", "change"], [row("loss", "loss (nats)"), row("accuracy", "accuracy")], { caption: where }),
  );
}

// Maps of all heads: a row a layer, as many heads abreast as there is room for.
function clampGrid(w) {
  const count = page.layers.length ? page.heads.length : 0;
  const side = clampNumber(Math.floor((w - 8) / Math.max(1, count)) - 12, 44, 110);
  const abreast = Math.max(1, Math.min(count, Math.floor((w + 12) / (side + 12))));
  const rows = Math.ceil(count / abreast);
  const block = 2 * side + 40;
  return { side, abreast, rows, block, height: page.layers.length * rows * block + 8 };
}

function drawClamping(pen, w, h) {
  const sides = clampSides();
  if (!sides.length) return drawEmpty(pen, w, h, clampAnswer?.error ? "Nothing to show" : "…");
  const g = clampGrid(w);
  page.layers.forEach((layer, l) =>
    page.heads.forEach((head, k) => {
      const x = (k % g.abreast) * (g.side + 12);
      const y = (l * g.rows + Math.floor(k / g.abreast)) * g.block + 20;
      const own = l === state.layer && k === state.head;
      const colour = own ? pen.colours.ink : pen.colours.soft;
      pen.text(headName(l, k), x, y - 8, { size: 11, weight: own ? 700 : 400, fill: colour });
      sides.forEach((side, i) => {
        const map = side.attention[layer - 1]?.[head];
        if (!map) return;
        const source = { rows: map.length, columns: map[0].length };
        drawMap(pen, source, (q, j) => map[q][j], x, y + i * (g.side + 4), g.side);
      });
      if (own) pen.rect(x - 2, y - 2, g.side + 4, 2 * g.side + 8, { stroke: pen.colours.ink, width: 1.5, radius: 2 });
      pen.hit(x, y - 16, g.side, g.block - 6, headWords(l, k), () => selectHead(l, k));
    }),
  );
}

function clampRows() {
  const rows = [["side", "layer", "head", "query", "key", "attention", "loss", "accuracy"]];
  clampSides().forEach((side, i) =>
    side.attention.forEach((layer, l) =>
      layer.forEach((map, k) =>
        map.forEach((row, q) =>
          row.forEach((v, j) => rows.push([i ? "with" : "without", l + 1, k, q, j, v, side.loss, side.accuracy])),
        ),
      ),
    ),
  );
  return rows;
}
