// What was run, and what it says of the claims: tables, with the differences between runs in front.
// They are drawn with the pen when they are exported.

function buildTables() {
  addTables({ id: "now", title: "At the cursor", follows: ["cursor", "run", "axis"], tables: nowTables });
  addTables({ id: "reproduce", title: "Reproduce", still: true, tables: reproduceTables });
  addTables({ id: "spec", title: "What was run", wide: true, follows: ["run", "axis"], tables: specTables });
  addTables({ id: "verdicts", title: "Verdicts", wide: true, still: true, tables: verdictTables });
}

// Every scalar of the selected run at the cursor: measures down, evaluators across.
function nowTables() {
  if (!page.runs.length || !page.steps.length) return [{ caption: "Nothing recorded yet", head: [], rows: [] }];
  const t = state.cursor;
  const value = (name, e) => {
    const curve = curveOf(name, state.run, e);
    if (!curve) return "…";
    const error = errorOf(name) && curveOf(errorOf(name), state.run, e);
    return num(curve[t]) + (error && finite(error[t]) ? `\u00a0±\u00a0${num(2 * error[t], 2)}` : "");
  };
  const scored = measuresOver("run", "step", "evaluator").filter((m) => !isError(m)).map((m) => [
    titleOf(m),
    ...page.evaluators.map((_, e) => value(m, e)),
  ]);
  const plainOnes = measuresOver("run", "step").filter((m) => !isError(m)).map((m) => [titleOf(m), value(m, 0)]);
  const out = [];
  const when = `${runLabel(state.run)}, step ${grouped(stepNow())}: ${phaseWords()}`;
  if (scored.length) out.push({ caption: when, head: ["measure", ...page.evaluators], rows: scored });
  if (plainOnes.length)
    out.push({
      caption: scored.length ? "Of the training itself" : when,
      head: ["measure", "value"],
      rows: plainOnes,
    });
  return out.length ? out : [{ caption: "No scalar measures were recorded", head: [], rows: [] }];
}

// Where the cursor stands in the selected run's transition.
function phaseWords() {
  const t = transitionOf(state.run);
  if (!t) return "no transition found in this run";
  const half = finite(t.width) ? t.width / 2 : 0;
  const [value] = t.time_steps;
  if (stepNow() < value - half) return "before the transition";
  return stepNow() > value + half ? "after the transition" : "in the transition";
}

const VERDICT_MARKS = { reproduced: "✓", "not reproduced": "✕", "not testable at this scale": "–" };

function verdictTables() {
  if (!page.verdicts.length) return [{ caption: "No claims were judged with these runs", head: [], rows: [] }];
  return page.studies.map((study) => ({
    caption: study.summary ? `${study.title}: ${study.summary}` : study.title,
    head: ["verdict", "claim", "the paper's value", "ours", "n", "scale"],
    stacked: true,
    rows: page.verdicts
      .filter((v) => v.study === study.name)
      .map((v) => [
        el("span", {
          class: "verdict " + (VERDICT_MARKS[v.verdict] ? v.verdict.split(" ").slice(0, 2).join("-") : ""),
          text: `${VERDICT_MARKS[v.verdict] || ""} ${v.verdict}`,
        }),
        el(
          "span",
          {},
          `${v.claim ?? ""} `,
          el("span", { class: "sub", text: [v.id, figureWords(v.figure)].filter(Boolean).join(", ") }),
        ),
        valueWords(v.paper),
        el("span", {}, `${valueWords(v.measured)} `, intervalNode(v)),
        v.n ?? "–",
        v.scale ?? "–",
      ]),
  }));
}

function valueWords(value) {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "number") return num(value, 4);
  if (typeof value === "object")
    return Object.entries(value)
      .map(([k, v]) => (Array.isArray(value) ? valueWords(v) : `${k} ${valueWords(v)}`))
      .join(", ");
  return String(value);
}

const figureWords = (figure) => (figure && /^\d/.test(figure) ? `figure ${figure}` : figure);

function intervalNode(v) {
  if (!Array.isArray(v.interval) || v.interval.length < 2) return null;
  const [low, high] = v.interval.slice(-2);
  return el("span", { class: "sub", text: `95 % interval ${num(low, 4)} – ${num(high, 4)}` });
}

function specTables() {
  const out = [differenceTable()];
  if (page.runs.length) {
    out.push({
      caption: `Whole spec of ${runLabel(state.run)}`,
      folded: "spec",
      head: ["setting", "value"],
      rows: Object.entries(page.runs[state.run].spec),
    });
  }
  return out;
}

const reproduceTables = () => [
  { caption: "Command", head: ["command"], rows: [[page.about.command || "–"]], node: commandNode },
  { caption: "Machine, cost, versions", head: ["", ""], rows: page.about.facts },
];

function differenceTable() {
  const keys = [...new Set(page.runs.flatMap((run) => Object.keys(run.differs)))];
  const rows = page.runs.map((run) => {
    const transition = transitionOf(page.runs.indexOf(run));
    return [
      run.label,
      ...keys.map((key) => run.differs[key] ?? "–"),
      run.id,
      run.status + (run.diverged_at >= 0 ? ` at step ${grouped(run.diverged_at)}` : ""),
      transition ? intervalWords(transitionTimes(transition)) : "none found",
    ];
  });
  return {
    caption: `${page.runs.length} ${page.runs.length === 1 ? "run" : "runs"}, and what differs between them`,
    head: ["run", ...keys, "id", "status", `transition, ${timeName()} (95 %)`],
    rows,
    pressed: state.run,
    onrow: selectRun,
  };
}

function commandNode() {
  const words = page.about.command;
  if (!words) return el("p", { class: "hint", text: "The command was not recorded." });
  const copy = el("button", {
    type: "button",
    class: "quiet",
    id: "copycommand",
    text: "copy",
    onclick: () => copyText(words, copy),
  });
  return el(
    "div",
    { class: "command" },
    el("pre", { tabindex: "0", "aria-label": "Command to reproduce" }, el("code", { text: words })),
    copy,
  );
}
