// The landscape: loss, slope and what a point does, as in dynamicl.toys.NestedLogits.

const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

// Competitors of the previous token in layer 1: 2 tau - 1 for the pair at tau, or their middle for all.
const rivalsOf = (pairs, expected) =>
  expected ? Array.from({ length: pairs }, (_, i) => 2 * i + 1) : [pairs];

function examine(point, setting) {
  const { labels, pairs } = setting;
  const [xi, alpha, beta1] = point;
  const rivals = rivalsOf(pairs, setting.expected);
  const sum = { loss: 0, slope: [0, 0, 0], previous: 0, correct: 0, probability: 0 };
  for (const rival of rivals) {
    const previous = sigmoid(beta1 - Math.log(rival));
    const correct = sigmoid(alpha * previous - Math.log(2 * pairs));
    const rest = (1 - correct) / (2 * pairs);
    const others = -(correct - rest) * xi, absent = -correct * xi;
    // The largest exponent goes out of the sum, so that nothing overflows.
    const top = Math.max(0, others, labels > pairs ? absent : 0);
    const right = Math.exp(-top), other = (pairs - 1) * Math.exp(others - top), away = (labels - pairs) * Math.exp(absent - top);
    const total = right + other + away;
    const bend = correct * (1 - correct);
    const byMatch = (-xi * bend * ((other * (1 + 1 / (2 * pairs))) + away)) / total;
    sum.loss += top + Math.log(total);
    sum.slope[0] += (-other * (correct - rest) - away * correct) / total;
    sum.slope[1] += byMatch * previous;
    sum.slope[2] += byMatch * alpha * previous * (1 - previous);
    sum.previous += previous;
    sum.correct += correct;
    sum.probability += right / total;
  }
  const n = rivals.length;
  return {
    loss: sum.loss / n, slope: sum.slope.map((part) => part / n),
    previous: sum.previous / n, correct: sum.correct / n, probability: sum.probability / n,
  };
}

const SPACING = 150;

// Gradient descent; keeps about a thousand steps: the first ones all, later ones at distances that grow with the step.
function descend(start, setting) {
  const path = [];
  let point = [...start], diverged = false, settled = null, next = 0;
  const half = examine(start, setting).loss / 2;
  for (let step = 0; step <= setting.steps; step += 1) {
    const here = examine(point, setting);
    if (!Number.isFinite(here.loss) || point.some((part) => Math.abs(part) > 1e4)) { diverged = true; break; }
    if (step >= next || step === setting.steps) {
      path.push({ step, point, ...here });
      next = step + Math.max(1, Math.floor(step / SPACING));
    }
    if (settled === null && here.loss <= Math.min(half, 0.1)) settled = step;
    point = point.map((part, i) => part - setting.rate * here.slope[i]);
  }
  return { path, diverged, settled };
}
