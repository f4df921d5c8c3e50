// Which checkpoint and which of its forks is looked at, on what axis; and the address that says it.
// Forks are counted in the order in which they are drawn: those that converged first, by their time.

const state = { at: 0, fork: 0, hover: "", scale: "linear", band: "isotonic", axis: "steps", theme: "auto" };

const stepNow = () => page.at[state.at] ?? 0;
const forkNow = () => page.forks[state.at][state.fork];
const outcomeColour = (converged, colours) => colours.runs[converged ? 0 : 1];
const fits = () => ["isotonic", "logistic"].filter((name) => page.chance[name]);

function selectFork(at, fork) {
  at = clampNumber(at, 0, page.at.length - 1);
  fork = clampNumber(fork, 0, page.forks[at].length - 1);
  set({ at, fork });
  say(forkWords(at, forkNow()));
}

const forkWords = (at, row) =>
  `Fork with data seed ${row.seed} from step ${grouped(page.at[at])}: ${outcomeWords(row)}`;

const outcomeWords = (row) =>
  row.converged
    ? `converged at step ${grouped(row.time)}`
    : `${row.outcome === "not known" ? "still converging" : row.outcome} by step ${grouped(row.time ?? page.followed)}`;

// Opens where the fate was least certain, on the fork in the middle; early checkpoints ask for a logarithm.
function defaultView() {
  const share = (i) => Math.abs(page.chance.own[i][0] - 0.5);
  state.at = range(page.at.length).reduce((best, i) => (share(i) < share(best) ? i : best), 0);
  state.fork = 0;
  const middle = page.at[page.at.length >> 1];
  state.scale = middle > 0 && middle < 0.12 * page.end ? "log" : "linear";
  state.band = fits()[0] || "isotonic";
}

function addressText() {
  const parts = new URLSearchParams({ at: String(stepNow()), seed: String(forkNow().seed) });
  parts.set("scale", state.scale);
  parts.set("band", state.band);
  return "#" + parts.toString();
}

const writeAddress = debounce(() => {
  const text = addressText();
  if (text !== location.hash) history.replaceState(null, "", text);
}, 200);

// Reads a view from the address; what does not exist in this page is left as it is.
function viewFromAddress(address = location.hash) {
  const parts = new URLSearchParams(address.slice(1));
  const patch = {};
  const at = parts.has("at") ? page.at.indexOf(Number(parts.get("at"))) : -1;
  if (at >= 0) {
    patch.at = at;
    patch.fork = Math.max(
      0,
      page.forks[at].findIndex((row) => String(row.seed) === parts.get("seed")),
    );
  }
  if (["linear", "log"].includes(parts.get("scale"))) patch.scale = parts.get("scale");
  if (fits().includes(parts.get("band"))) patch.band = parts.get("band");
  return patch;
}
