// The tokens along the axes of an attention map: drawings as drawings, words as words; and where
// the maps themselves come from (one sequence, or the average by role).

// {rows, columns, tokensDown(r), tokensAcross(r), at(r, checkpoint, layer, head) -> value(query, key)} or null.
function attentionSource() {
  if (state.source === "role") {
    const a = hasArray("attention_by_role") && arr("attention_by_role");
    if (!a) return null;
    return {
      name: "attention_by_role",
      rows: a.shape[4],
      columns: a.shape[5],
      role: true,
      tokensDown: () => roleTokens(page.roles.query),
      tokensAcross: () => roleTokens(page.roles.key),
      at: (r, k, l, h) => reader(a, a.row(r, k, l, h)),
    };
  }
  const example = Number(state.source);
  const a = hasArray("attention") && arr("attention");
  if (!a) return null;
  // Where a run's tokens were not kept, their places stand for them.
  const named = (r, n) => {
    const tokens = sequencesOf(r)[example]?.tokens || [];
    return range(n).map((i) => tokens[i] || { kind: "text", text: String(i + 1) });
  };
  return {
    name: "attention",
    rows: a.shape[5],
    columns: a.shape[6],
    role: false,
    tokensDown: (r) => named(r, a.shape[5]),
    tokensAcross: (r) => named(r, a.shape[6]),
    at: (r, k, l, h) => reader(a, a.row(r, k, example, l, h)),
  };
}

// The sequences on which a run's attention was kept: those of another evaluation seed, world or task are others.
const sequencesOf = (r) => page.examples[page.runs[r]?.examples] || [];
const sequenceCount = () => page.arrays.attention?.shape[2] || 0;

const roleTokens = (names) => names.map((text) => ({ kind: "text", text, role: true }));

function reader(a, offset) {
  const columns = a.shape[a.shape.length - 1];
  return (query, key) => a.data[offset + query * columns + key];
}

const tokenName = (token, i) =>
  token.kind === "image" ? `token ${i + 1} (drawing)` : token.role ? token.text : `token ${i + 1} “${token.text}”`;

// A token inside a square of the given side.
function drawToken(pen, token, x, y, side, { size = 11 } = {}) {
  const c = pen.colours;
  if (token.kind === "image") {
    const s = Math.min(side - 2, 46);
    const [left, up] = [x + (side - s) / 2, y + (side - s) / 2];
    pen.rect(left - 0.5, up - 0.5, s + 1, s + 1, { fill: c.tile, stroke: c.rule });
    pen.image(tokenImage(token.png), token.png, left, up, s, s);
    return;
  }
  const lines = token.role
    ? token.text.split(" ").slice(0, 2)
    : [cut(token.text, Math.max(2, Math.floor(side / (size * 0.55))))];
  lines.forEach((line, i) =>
    pen.text(line, x + side / 2, y + side / 2 + (i - (lines.length - 1) / 2) * size * 1.15, {
      align: "center",
      size: token.role ? Math.min(size, (side / Math.max(5, line.length)) * 1.75) : size,
      fill: c.ink,
    }),
  );
}

// A run's name cut at its front: what sets it apart stands at the end.
const cutFront = (text, n) => (text.length > n ? "…" + text.slice(1 - n) : text);

// The names of the sequences in the list of sources.
function sourceOptions() {
  const options = hasArray("attention_by_role") ? [["role", "average by role"]] : [];
  if (hasArray("attention")) {
    range(sequenceCount()).forEach((i) => {
      const target = sequencesOf(state.run)[i]?.target;
      options.push([String(i), `sequence ${i + 1}${target ? ` → ${target}` : ""}`]);
    });
  }
  return options;
}

const mapWords = (r, k, l, h) =>
  `${headWords(l, h)}, step ${grouped(page.checkpoints[k])}${page.runs.length > 1 ? ", " + runLabel(r) : ""}`;
