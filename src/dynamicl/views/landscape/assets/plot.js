// Canvases that are sharp on every screen, in the colours of the theme.

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function sheet(canvas) {
  const ratio = window.devicePixelRatio || 1, box = canvas.getBoundingClientRect();
  const width = Math.max(1, Math.round(box.width)), height = Math.max(1, Math.round(box.height));
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.font = "12px system-ui, sans-serif";
  return { pen, width, height };
}

function ticks(low, high, count) {
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const marks = [];
  for (let x = Math.ceil(low / step) * step; x <= high + step * 1e-6; x += step) marks.push(Math.abs(x) < step * 1e-6 ? 0 : x);
  return marks;
}

const short = (x) => (Math.abs(x) >= 1e4 ? `${+(x / 1000).toPrecision(3)}k` : `${+x.toPrecision(3)}`);

// Curves over steps: `lines` are {colour, values}; `now` marks a step.
function drawCurves(canvas, steps, lines, now, logarithmic) {
  const { pen, width, height } = sheet(canvas);
  const left = 38, right = 10, top = 8, bottom = 22;
  const values = lines.flatMap((line) => line.values);
  let low = Math.min(0, ...values), high = Math.max(...values, low + 1e-9);
  const margin = (high - low) * 0.05;
  high += margin;
  if (low < 0) low -= margin;
  const along = (step) => (logarithmic ? Math.log10(1 + step) : step), end = along(steps[steps.length - 1]) || 1;
  const x = (step) => left + ((width - left - right) * along(step)) / end;
  const y = (value) => top + ((height - top - bottom) * (high - value)) / (high - low);
  pen.fillStyle = colour("--soft");
  pen.lineWidth = 1;
  pen.textBaseline = "middle";
  for (const mark of ticks(low, high, 4)) {
    pen.strokeStyle = mark === 0 ? colour("--rule") : colour("--grid");
    pen.beginPath(); pen.moveTo(left, y(mark)); pen.lineTo(width - right, y(mark)); pen.stroke();
    pen.textAlign = "right";
    pen.fillText(short(mark), left - 6, y(mark));
  }
  pen.textAlign = "center";
  const last = steps[steps.length - 1];
  const marks = logarithmic ? [0, 1, 10, 100, 1e3, 1e4, 1e5].filter((m) => m <= last) : ticks(0, last, Math.max(2, width / 110));
  for (const mark of marks) pen.fillText(short(mark), Math.min(x(mark), width - 16), height - 9);
  for (const line of lines) {
    pen.strokeStyle = line.colour; pen.lineWidth = 2; pen.lineJoin = "round";
    pen.beginPath();
    line.values.forEach((value, i) => (i ? pen.lineTo(x(steps[i]), y(value)) : pen.moveTo(x(steps[i]), y(value))));
    pen.stroke();
  }
  pen.strokeStyle = colour("--faint"); pen.lineWidth = 1;
  pen.beginPath(); pen.moveTo(x(now), top); pen.lineTo(x(now), height - bottom); pen.stroke();
}

const MAP = { left: 40, right: 10, top: 10, bottom: 34, cells: 120, bands: 14 };

// Where the map puts a point, and back.
function mapScale(width, height, extent) {
  const wide = width - MAP.left - MAP.right, high = height - MAP.top - MAP.bottom;
  return {
    x: (xi) => MAP.left + (wide * (xi + extent.xi)) / (2 * extent.xi),
    y: (alpha) => MAP.top + (high * (extent.alpha - alpha)) / (2 * extent.alpha),
    xi: (x) => ((x - MAP.left) / wide) * 2 * extent.xi - extent.xi,
    alpha: (y) => extent.alpha - ((y - MAP.top) / high) * 2 * extent.alpha,
    wide, high,
  };
}

// The loss as bands of one colour, darker where it is lower; then the path and its ends.
function drawMap(canvas, setting, extent, path, index, start) {
  const { pen, width, height } = sheet(canvas), scale = mapScale(width, height, extent);
  const [low, deep] = ["--low", "--deep"].map((name) => colour(name).split(/\s+/).map(Number));
  const beta1 = path[index].point[2], cells = MAP.cells;
  const image = new ImageData(cells, cells), losses = new Float64Array(cells * cells);
  for (let j = 0; j < cells; j += 1) for (let i = 0; i < cells; i += 1) {
    const xi = ((2 * (i + 0.5)) / cells - 1) * extent.xi, alpha = (1 - (2 * (j + 0.5)) / cells) * extent.alpha;
    losses[j * cells + i] = examine([xi, alpha, beta1], setting).loss;
  }
  // Losses above that of the origin matter less: the scale is logarithmic from .01 to eight times the origin's.
  const ceiling = Math.log(8 * Math.log(setting.labels)), floor = Math.log(0.01);
  losses.forEach((loss, at) => {
    const share = Math.min(1, Math.max(0, (ceiling - Math.log(Math.max(loss, 0.01))) / (ceiling - floor)));
    const band = Math.round(share * MAP.bands) / MAP.bands;
    for (let c = 0; c < 3; c += 1) image.data[4 * at + c] = low[c] + (deep[c] - low[c]) * band;
    image.data[4 * at + 3] = 255;
  });
  const small = document.createElement("canvas");
  small.width = cells; small.height = cells;
  small.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, MAP.left, MAP.top, scale.wide, scale.high);
  drawMapAxes(pen, width, height, scale, extent);
  pen.save();
  pen.beginPath(); pen.rect(MAP.left, MAP.top, scale.wide, scale.high); pen.clip();
  for (const [shown, stroke, thick] of [[path, colour("--faint"), 1.5], [path.slice(0, index + 1), colour("--alpha"), 3]]) {
    pen.strokeStyle = stroke; pen.lineWidth = thick; pen.lineJoin = "round";
    pen.beginPath();
    shown.forEach(({ point }, i) => (i ? pen.lineTo(scale.x(point[0]), scale.y(point[1])) : pen.moveTo(scale.x(point[0]), scale.y(point[1]))));
    pen.stroke();
  }
  pen.restore();
  const here = path[index].point;
  dot(pen, scale.x(here[0]), scale.y(here[1]), 5, colour("--alpha"), scale, width, height);
  dot(pen, scale.x(start[0]), scale.y(start[1]), 9, colour("--good"), scale, width, height);
}

function drawMapAxes(pen, width, height, scale, extent) {
  pen.fillStyle = colour("--soft"); pen.strokeStyle = colour("--faint"); pen.lineWidth = 0.7;
  pen.textAlign = "center"; pen.textBaseline = "middle";
  pen.beginPath();
  pen.moveTo(scale.x(0), MAP.top); pen.lineTo(scale.x(0), MAP.top + scale.high);
  pen.moveTo(MAP.left, scale.y(0)); pen.lineTo(MAP.left + scale.wide, scale.y(0));
  pen.stroke();
  for (const mark of ticks(-extent.xi, extent.xi, 6)) pen.fillText(short(mark), scale.x(mark), MAP.top + scale.high + 11);
  pen.fillText("ξ, classifier", MAP.left + scale.wide / 2, height - 7);
  pen.textAlign = "right";
  for (const mark of ticks(-extent.alpha, extent.alpha, 6)) pen.fillText(short(mark), MAP.left - 5, scale.y(mark));
  pen.save();
  pen.translate(8, MAP.top + scale.high / 2); pen.rotate(-Math.PI / 2); pen.textAlign = "center";
  pen.fillText("α, layer 2", 0, 0);
  pen.restore();
}

// A point outside the view is drawn at its edge.
function dot(pen, x, y, radius, fill, scale) {
  const px = Math.min(MAP.left + scale.wide, Math.max(MAP.left, x)), py = Math.min(MAP.top + scale.high, Math.max(MAP.top, y));
  pen.beginPath(); pen.arc(px, py, radius, 0, 2 * Math.PI);
  pen.fillStyle = fill; pen.fill();
  pen.strokeStyle = colour("--paper"); pen.lineWidth = 2; pen.stroke();
}
