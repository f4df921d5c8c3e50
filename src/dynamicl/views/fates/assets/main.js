// Start: read the payload, restore the view, build the panels.

const KEYS = {
  ArrowLeft: () => selectFork(state.at - 1, 0),
  ArrowRight: () => selectFork(state.at + 1, 0),
  Home: () => selectFork(0, 0),
  End: () => selectFork(page.at.length - 1, 0),
  "[": () => selectFork(state.at, state.fork - 1),
  "]": () => selectFork(state.at, state.fork + 1),
  l: () => set({ scale: state.scale === "log" ? "linear" : "log" }),
  b: () => fits().length > 1 && set({ band: fits().find((name) => name !== state.band) }),
  "?": () => $("#help").showModal(),
};

function goTo({ at }) {
  selectFork(at, 0);
  $("#tree").scrollIntoView({ block: "nearest" });
}

function checkpointTables() {
  return [
    {
      caption: "Click a row to select the checkpoint",
      head: ["forked at", "forks", "converged", "P (95 %)", "median S"],
      rows: page.at.map((t, i) => [
        grouped(t),
        page.chance.forks[i],
        page.chance.converged[i],
        chanceWords(page.chance.own[i]),
        medianTime(i),
      ]),
      pressed: state.at,
      onrow: (i) => selectFork(i, 0),
    },
  ];
}

const chanceWords = ([value, low, high]) => `${value.toFixed(2)}\u00a0(${low.toFixed(2)}\u00a0–\u00a0${high.toFixed(2)})`;

// The median of those that converged, as in the report.
function medianTime(i) {
  const times = page.forks[i].filter((row) => row.converged).map((row) => row.time);
  return times.length ? compact(quantile(times.sort((a, b) => a - b), 0.5)) : "–";
}

function bindHeader() {
  $("#share").addEventListener("click", () => copyText(location.href.split("#")[0] + addressText(), $("#share")));
  $("#helpbutton").addEventListener("click", () => $("#help").showModal());
  $("#closehelp").addEventListener("click", () => $("#help").close());
  bindTheme();
  addEventListener("hashchange", () => set(viewFromAddress()));
}

function start() {
  usePayload(JSON.parse($("#payload").textContent));
  defaultView();
  Object.assign(state, viewFromAddress());
  // Another checkpoint has other forks: the first one is looked at, unless one was chosen with it. This stands
  // before every panel, so that none of them sees a fork that is not there.
  watch((changed) => {
    if (changed.has("at") && state.fork >= page.forks[state.at].length) state.fork = 0;
    if (changed.has("at")) refills.forEach((refill) => refill());
  });
  applyTheme();
  buildHeader();
  buildTree();
  buildChances();
  buildCurves();
  addTables({ id: "checkpoints", title: "Checkpoints", follows: ["at"], tables: checkpointTables });
  observePanels();
  bindHeader();
  bindKeys();
  redrawAll(true);
  drawDirty();
  document.documentElement.dataset.ready = "yes";
}

start();
