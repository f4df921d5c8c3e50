// Every panel as SVG, PNG and CSV. Exports are drawn on white, for a paper, whatever the theme.

function exportMenu(panel) {
  const item = (kind) =>
    el("button", {
      type: "button",
      "data-export": kind,
      text: kind.toUpperCase(),
      "aria-label": `Save ${panel.title} as ${kind.toUpperCase()}`,
      onclick: () => savePanel(panel, kind),
    });
  return el(
    "div",
    { class: "export", role: "group", "aria-label": "Save " + panel.title },
    ...["svg", "png", "csv"].map(item),
  );
}

function savePanel(panel, kind) {
  const name = `${fileStem(page.title)}-${panel.id}-step${stepNow()}.${kind}`;
  if (kind === "csv") return complete(() => panel.rows()).then((rows) => saveCsv(name, rows));
  const [w, h] = exportSize(panel);
  if (kind === "svg") return saveFile(name, new Blob([panelSvg(panel)], { type: "image/svg+xml" }));
  const canvas = el("canvas", { width: w * 2, height: (h + 44) * 2 });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  drawExport(panel, new CanvasPen(context, THEMES.light), w, h);
  canvas.toBlob((blob) => saveFile(name, blob), "image/png");
}

const saveCsv = (name, rows) => saveFile(name, new Blob([csvText(rows)], { type: "text/csv" }));

// Everything that the page holds, one number a row; runs with all settings in which they differ.
function everyRow() {
  const keys = sweepKeys();
  const dims = ["evaluator", "layer", "head"];
  const rows = [["run", "label", ...keys, "step", "sequences", ...dims, "variable", "value"]];
  const labels = { evaluator: page.evaluators, layer: page.layers, head: page.heads };
  for (const name of Object.keys(page.arrays)) {
    const a = page.arrays[name].dims[1] === "step" ? arr(name) : null;
    if (!a) continue;
    const inner = a.dims.slice(2);
    const places = inner.reduce((all, dim) => all.flatMap((place) => labels[dim].map((_, i) => [...place, i])), [[]]);
    for (const r of range(page.runs.length)) {
      const about = [page.runs[r].id, runLabel(r), ...keys.map((key) => page.runs[r].differs[key] ?? "")];
      const own = places.map((place) => new Set(ownSteps(r, name, place[inner.indexOf("evaluator")] ?? -1)));
      for (const t of ownSteps(r))
        for (const [i, place] of places.entries()) {
          const value = a.at(r, t, ...place);
          if (!own[i].has(t) || !finite(value)) continue;
          const cells = dims.map((dim) => (inner.includes(dim) ? labels[dim][place[inner.indexOf(dim)]] : ""));
          rows.push([...about, page.steps[t], page.sequences[t] ?? "", ...cells, name + a.precision, a.written(value)]);
        }
    }
  }
  return rows;
}

function saveEverything() {
  return complete(everyRow).then((rows) => saveCsv(`${fileStem(page.title)}-all.csv`, rows));
}

function exportSize(panel) {
  const w = Math.max(360, (panel.size || [900])[0]);
  return [w, Math.round(panel.height(w))];
}

function panelSvg(panel) {
  const [w, h] = exportSize(panel);
  const pen = new SvgPen(THEMES.light);
  drawExport(panel, pen, w, h);
  return pen.finish(w, h + 44);
}

// The drawing under one line that says what it is and at which step.
function drawExport(panel, pen, w, h) {
  pen.rect(0, 0, w, h + 44, { fill: pen.colours.paper });
  const title = panel.name ? panel.name() : panel.title;
  const when = page.steps.length ? ` · step ${grouped(stepNow())}` : "";
  pen.text(title, 10, 16, { size: 14, weight: 600, fill: pen.colours.ink });
  pen.text(page.title + when, 10, 34, { size: 11 });
  pen.below(44, () => {
    panel.draw(pen, w, h);
    if (panel.overlay) panel.overlay(pen, w, h);
  });
}

const fileStem = (title) =>
  (
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "dynamicl"
  ).slice(0, 60);

// A cell that begins like a formula is quoted, so that a spreadsheet does not run it.
function csvCell(value) {
  if (typeof value === "number") return finite(value) ? String(value) : "";
  let text = String(value ?? "");
  if (/^[=+\-@\t\r]/.test(text)) text = "'" + text;
  return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

const csvText = (rows) => rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";

function saveFile(name, blob) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
