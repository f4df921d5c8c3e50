// Colours. The categorical ones are Okabe and Ito's (2008), white for black in the dark; some of them come close for
// some eyes, so lines have a dash of their own as a second code. The page's CSS repeats the neutral ones for the parts that are not drawn.

const THEMES = {
  light: {
    name: "light",
    paper: "#ffffff",
    ink: "#1c2329",
    soft: "#59656f",
    faint: "#6c7780",
    grid: "#e7ebee",
    rule: "#cbd2d8",
    accent: "#0b62a8",
    negative: "#c2500b",
    band: "#0b62a8",
    tile: "#ffffff",
    empty: "#f1f3f5",
    runs: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000", "#f0e442"],
    low: [244, 247, 250],
    mid: [92, 158, 205],
    high: [8, 48, 92],
    below: [176, 72, 10],
  },
  dark: {
    name: "dark",
    paper: "#171c21",
    ink: "#e9edf0",
    soft: "#a9b4bd",
    faint: "#7d8993",
    grid: "#262d34",
    rule: "#3b454e",
    accent: "#6cb8f0",
    negative: "#f59a52",
    band: "#6cb8f0",
    tile: "#f4f4f2",
    empty: "#20262c",
    runs: ["#56b4e9", "#d55e00", "#009e73", "#cc79a7", "#f0e442", "#e69f00", "#ffffff", "#0072b2"],
    low: [31, 38, 45],
    mid: [40, 116, 172],
    high: [214, 238, 255],
    below: [245, 154, 82],
  },
};

const darkWanted = matchMedia("(prefers-color-scheme: dark)");

function themeName() {
  if (state.theme !== "auto") return state.theme;
  return darkWanted.matches ? "dark" : "light";
}

const theme = () => THEMES[themeName()];

// Weight in 0..1 -> [r, g, b]; negative values (strengths) run to the orange side.
function shade(value, colours) {
  if (!finite(value)) return null;
  const size = clampNumber(Math.abs(value), 0, 1);
  if (value < 0) return mix(colours.low, colours.below, size);
  return size < 0.5 ? mix(colours.low, colours.mid, size * 2) : mix(colours.mid, colours.high, size * 2 - 1);
}

const mix = (a, b, t) => a.map((x, i) => Math.round(x + (b[i] - x) * t));
const css = (rgb) => `rgb(${rgb[0]},${rgb[1]},${rgb[2]})`;

// Runs of one setting share a colour; when only seeds differ every run has its own. More than eight
// settings, or runs, stand along one scale, so that neighbours in the list look alike.
function runColour(r, colours) {
  const groups = page.groups.length;
  if (groups > 1 && groups < page.runs.length) return groupColour(page.runs[r].group, colours);
  if (page.runs.length <= 8) return colours.runs[r];
  return scaleColour(r / (page.runs.length - 1), colours);
}

const groupColour = (g, colours) =>
  page.groups.length <= 8 ? colours.runs[g] : scaleColour(g / (page.groups.length - 1), colours);

const VIRIDIS = {
  light: [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [70, 160, 80],
    [190, 165, 10],
  ],
  dark: [
    [170, 120, 220],
    [110, 150, 230],
    [60, 190, 185],
    [110, 205, 100],
    [253, 231, 37],
  ],
};

function scaleColour(t, colours) {
  const stops = VIRIDIS[colours.name];
  const at = clampNumber(t, 0, 1) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  return css(mix(stops[low], stops[low + 1], at - low));
}

// The second code of eight lines or fewer: the first is whole, each other has a dash of its own.
const DASHES = [[], [9, 3], [2, 3], [9, 3, 2, 3], [5, 2], [14, 4], [2, 6], [14, 3, 2, 3, 2, 3]];
const dashOf = (i, count = DASHES.length) => (count <= DASHES.length ? DASHES[i] || [] : []);

function runDash(r) {
  const groups = page.groups.length;
  if (groups > 1 && groups < page.runs.length) return dashOf(page.runs[r].group, groups);
  return dashOf(r, page.runs.length);
}

const headDash = (h) => dashOf(h, page.heads.length);

const headColour = (h, colours) =>
  page.heads.length <= 8 ? colours.runs[h] : scaleColour(h / (page.heads.length - 1), colours);
