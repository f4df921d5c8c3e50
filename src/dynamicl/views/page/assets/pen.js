// Two pens with one interface. The panels draw with whichever they are given, so what is exported
// as SVG is drawn by the same code as what is seen.

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

// Points of a polyline without a neighbour, which no line would show.
function drawLonePoints(pen, xs, ys, style) {
  const known = (i) => finite(xs[i]) && finite(ys[i]);
  for (let i = 0; i < xs.length; i++)
    if (known(i) && !known(i - 1) && !known(i + 1))
      pen.circle(xs[i], ys[i], Math.max(1.5, style.width ?? 1), { fill: style.stroke, alpha: style.alpha });
}

class CanvasPen {
  constructor(context, colours, regions = []) {
    this.context = context;
    this.colours = colours;
    this.regions = regions;
  }

  begin(style) {
    const c = this.context;
    c.globalAlpha = style.alpha ?? 1;
    c.lineWidth = style.width ?? 1;
    c.strokeStyle = style.stroke || "transparent";
    c.fillStyle = style.fill || "transparent";
    c.lineJoin = "round";
    c.lineCap = style.cap || "butt";
    c.setLineDash(style.dash || []);
    c.beginPath();
  }

  end(style) {
    if (style.fill) this.context.fill();
    if (style.stroke) this.context.stroke();
    this.context.globalAlpha = 1;
  }

  line(x1, y1, x2, y2, style) {
    this.begin(style);
    this.context.moveTo(x1, y1);
    this.context.lineTo(x2, y2);
    this.end(style);
  }

  // A polyline; a gap wherever a coordinate is not a number, and a dot between two gaps.
  poly(xs, ys, style) {
    drawLonePoints(this, xs, ys, style);
    this.begin(style);
    let down = false;
    for (let i = 0; i < xs.length; i++) {
      const known = finite(xs[i]) && finite(ys[i]);
      if (known && down) this.context.lineTo(xs[i], ys[i]);
      else if (known) this.context.moveTo(xs[i], ys[i]);
      down = known;
    }
    this.end(style);
  }

  shape(points, style) {
    if (!points.length) return;
    this.begin(style);
    points.forEach(([x, y], i) => (i ? this.context.lineTo(x, y) : this.context.moveTo(x, y)));
    this.context.closePath();
    this.end(style);
  }

  curve(p, style) {
    this.begin(style);
    this.context.moveTo(p[0], p[1]);
    this.context.bezierCurveTo(p[2], p[3], p[4], p[5], p[6], p[7]);
    this.end(style);
  }

  rect(x, y, w, h, style) {
    this.begin(style);
    if (style.radius) this.context.roundRect(x, y, w, h, style.radius);
    else this.context.rect(x, y, w, h);
    this.end(style);
  }

  circle(x, y, r, style) {
    this.begin(style);
    this.context.arc(x, y, Math.max(0, r), 0, 2 * Math.PI);
    this.end(style);
  }

  text(words, x, y, style = {}) {
    const c = this.context;
    c.save();
    c.translate(x, y);
    if (style.rotate) c.rotate((style.rotate * Math.PI) / 180);
    c.font = `${style.weight || 400} ${style.size || 11}px ${FONT}`;
    c.fillStyle = style.fill || this.colours.soft;
    c.textAlign = style.align || "left";
    c.textBaseline = "middle";
    c.fillText(words, 0, 0);
    c.restore();
  }

  image(picture, png, x, y, w, h) {
    if (picture.complete && picture.naturalWidth) this.context.drawImage(picture, x, y, w, h);
  }

  // rows x cols values in one picture: one image however many cells.
  heat(x, y, w, h, rows, cols, value) {
    const picture = new ImageData(cols, rows);
    let i = 0;
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < cols; k++, i += 4) {
        const rgb = shade(value(r, k), this.colours);
        if (!rgb) continue;
        picture.data[i] = rgb[0];
        picture.data[i + 1] = rgb[1];
        picture.data[i + 2] = rgb[2];
        picture.data[i + 3] = 255;
      }
    }
    const small = CanvasPen.scratch(cols, rows);
    small.getContext("2d").putImageData(picture, 0, 0);
    this.context.imageSmoothingEnabled = false;
    this.context.drawImage(small, 0, 0, cols, rows, x, y, w, h);
    this.context.imageSmoothingEnabled = true;
  }

  static scratch(w, h) {
    CanvasPen.pad ??= document.createElement("canvas");
    CanvasPen.pad.width = w;
    CanvasPen.pad.height = h;
    return CanvasPen.pad;
  }

  clip(x, y, w, h, draw) {
    this.context.save();
    this.context.beginPath();
    this.context.rect(x, y, w, h);
    this.context.clip();
    draw();
    this.context.restore();
  }

  below(dy, draw) {
    this.context.save();
    this.context.translate(0, dy);
    draw();
    this.context.restore();
  }

  // A place that answers to the pointer.
  hit(x, y, w, h, title, click) {
    this.regions.push({ x, y, w, h, title, click });
  }
}

const xml = (text) =>
  String(text)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
const px = (x) => String(Math.round(x * 100) / 100);

class SvgPen {
  constructor(colours) {
    this.colours = colours;
    this.parts = [];
    this.clips = 0;
  }

  style(s) {
    const out = [`fill="${s.fill || "none"}"`];
    if (s.stroke) out.push(`stroke="${s.stroke}" stroke-width="${px(s.width ?? 1)}" stroke-linejoin="round"`);
    if (s.stroke && s.cap) out.push(`stroke-linecap="${s.cap}"`);
    if (s.dash && s.dash.length) out.push(`stroke-dasharray="${s.dash.join(" ")}"`);
    if ((s.alpha ?? 1) < 1) out.push(`opacity="${px(s.alpha)}"`);
    return out.join(" ");
  }

  add(tag, attributes, style) {
    this.parts.push(`<${tag} ${attributes} ${this.style(style)}/>`);
  }

  line(x1, y1, x2, y2, style) {
    this.add("line", `x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"`, style);
  }

  poly(xs, ys, style) {
    drawLonePoints(this, xs, ys, style);
    let path = "";
    let down = false;
    for (let i = 0; i < xs.length; i++) {
      const known = finite(xs[i]) && finite(ys[i]);
      if (known) path += `${down ? "L" : "M"}${px(xs[i])} ${px(ys[i])}`;
      down = known;
    }
    if (path) this.add("path", `d="${path}"`, style);
  }

  shape(points, style) {
    if (points.length)
      this.add("polygon", `points="${points.map(([x, y]) => px(x) + "," + px(y)).join(" ")}"`, style);
  }

  curve(p, style) {
    this.add("path", `d="M${px(p[0])} ${px(p[1])}C${p.slice(2).map(px).join(" ")}"`, style);
  }

  rect(x, y, w, h, style) {
    this.add(
      "rect",
      `x="${px(x)}" y="${px(y)}" width="${px(w)}" height="${px(h)}" rx="${style.radius || 0}"`,
      style,
    );
  }

  circle(x, y, r, style) {
    this.add("circle", `cx="${px(x)}" cy="${px(y)}" r="${px(Math.max(0, r))}"`, style);
  }

  text(words, x, y, style = {}) {
    const anchor = { center: "middle", right: "end" }[style.align] || "start";
    const turn = style.rotate ? ` transform="rotate(${style.rotate} ${px(x)} ${px(y)})"` : "";
    this.parts.push(
      `<text x="${px(x)}" y="${px(y)}" font-size="${style.size || 11}" font-weight="${style.weight || 400}" ` +
        `fill="${style.fill || this.colours.soft}" text-anchor="${anchor}" dominant-baseline="central"${turn}>${xml(words)}</text>`,
    );
  }

  image(picture, png, x, y, w, h) {
    this.parts.push(
      `<image x="${px(x)}" y="${px(y)}" width="${px(w)}" height="${px(h)}" href="data:image/png;base64,${xml(png)}"/>`,
    );
  }

  heat(x, y, w, h, rows, cols, value) {
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < cols; k++) {
        const rgb = shade(value(r, k), this.colours);
        if (rgb) this.rect(x + (k * w) / cols, y + (r * h) / rows, w / cols, h / rows, { fill: css(rgb) });
      }
    }
  }

  clip(x, y, w, h, draw) {
    const id = `clip${++this.clips}`;
    this.parts.push(
      `<clipPath id="${id}"><rect x="${px(x)}" y="${px(y)}" width="${px(w)}" height="${px(h)}"/></clipPath><g clip-path="url(#${id})">`,
    );
    draw();
    this.parts.push("</g>");
  }

  below(dy, draw) {
    this.parts.push(`<g transform="translate(0 ${px(dy)})">`);
    draw();
    this.parts.push("</g>");
  }

  hit() {}

  finish(w, h) {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${px(w)}" height="${px(h)}" viewBox="0 0 ${px(w)} ${px(h)}" ` +
      `font-family="${xml(FONT)}">${this.parts.join("\n")}</svg>`
    );
  }
}
