// Tables as panels, which are drawn with the pen when they are exported; and intervals in words.

const intervalWords = ([value, low, high]) =>
  finite(low) && finite(high) ? `${compact(value)} (${compact(low)} – ${compact(high)})` : compact(value);

// A table that scrolls inside its own frame on a narrow screen.
// `stacked` rows become cards on a phone, each cell under the name of its column.
function tableOf(head, rows, { caption = "", pressed = -1, onrow = null, stacked = false } = {}) {
  const body = rows.map((row, i) => {
    const tr = el(
      "tr",
      { "aria-selected": pressed === i ? "true" : null, onclick: onrow ? () => onrow(i) : null },
      ...row.map((cell, k) =>
        el(k ? "td" : "th", { scope: k ? null : "row", "data-head": head[k] }, cell instanceof Node ? cell : String(cell)),
      ),
    );
    if (onrow) tr.classList.add("pickable");
    return tr;
  });
  return el(
    "div",
    { class: "tablebox", tabindex: "0", role: "region", "aria-label": caption || "table" },
    el(
      "table",
      { class: stacked ? "stacked" : null },
      caption ? el("caption", { text: caption }) : null,
      el("thead", {}, el("tr", {}, ...head.map((h) => el("th", { scope: "col", text: h })))),
      el("tbody", {}, ...body),
    ),
  );
}

// tables() -> [{caption, head, rows, pressed, onrow, node, open}]; a `node` stands in place of a table.
function addTables(spec) {
  const body = el("div", { class: "tables" });
  const panel = addPanel({
    ...spec,
    body,
    fill: () => {
      const scrolls = [...body.querySelectorAll(".tablebox")].map((box) => box.scrollLeft);
      const open = new Map([...body.querySelectorAll("details")].map((d) => [d.dataset.name, d.open]));
      body.replaceChildren(...spec.tables().map((t) => tableNode(t, open)));
      [...body.querySelectorAll(".tablebox")].forEach((box, i) => (box.scrollLeft = scrolls[i] || 0));
    },
    height: () => 10 + spec.tables().reduce((sum, t) => sum + 40 + 22 * (t.rows.length + 1), 0),
    draw: (pen, w) => drawTables(pen, w, spec.tables()),
    rows: () => spec.tables().flatMap((t) => [[t.caption], t.head, ...t.rows.map((row) => row.map(plain)), []]),
  });
  return panel;
}

const plain = (cell) => (cell instanceof Node ? cell.textContent : cell);

function tableNode(t, open) {
  const node = t.node
    ? t.node()
    : tableOf(t.head, t.rows, { caption: t.folded ? "" : t.caption, pressed: t.pressed ?? -1, onrow: t.onrow, stacked: t.stacked });
  if (!t.folded) return node;
  const box = el(
    "details",
    { "data-name": t.folded, open: open.get(t.folded) || null },
    el("summary", { text: t.caption }),
    node,
  );
  return box;
}

function drawTables(pen, w, tables) {
  let y = 4;
  const c = pen.colours;
  for (const t of tables) {
    pen.text(t.caption, 10, y + 12, { size: 12, weight: 600, fill: c.ink });
    y += 30;
    const width = (w - 20) / Math.max(1, t.head.length);
    const row = (cells, style) => {
      cells.forEach((cell, i) =>
        pen.text(cut(String(plain(cell)), Math.floor(width / 6)), 10 + i * width, y, style),
      );
      y += 22;
    };
    row(t.head, { weight: 600 });
    pen.line(10, y - 11, w - 10, y - 11, { stroke: c.rule });
    t.rows.forEach((cells) => row(cells, { fill: c.ink }));
    y += 10;
  }
}
