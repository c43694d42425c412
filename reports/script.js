"use strict";
// The plot of error ratios and the filter of cases. The page says everything without this script.
(() => {
  const source = document.getElementById("dots");
  const canvas = document.getElementById("plot");
  const name = document.getElementById("dot");
  const root = document.documentElement;

  const open = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", open);
  open();

  const form = document.getElementById("filter");
  const cases = [...document.querySelectorAll("#not-right .case, #right .case")];
  const filter = () => {
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const status = form.elements.status.value;
    let shown = 0;
    for (const element of cases) {
      const text = element.text ??= (element.querySelector("summary").textContent
        + (element.querySelector(".diagnosis")?.textContent ?? "")).toLowerCase();
      const kept = (!status || element.dataset.status === status) && words.every((w) => text.includes(w));
      element.hidden = !kept;
      shown += kept;
    }
    form.querySelector("output").textContent = `${shown} of ${cases.length} cases`;
  };
  if (cases.length) {
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    filter();
  }

  if (!source) return;
  const { limit, statuses, faulty, cases: anchors, lanes } = JSON.parse(source.textContent);
  if (!lanes.length) return;
  const finite = lanes.flatMap((lane) => lane.dots.map((dot) => dot[0])).filter((e) => e > 0);
  // Where an error ratio is nearly 0 or astronomic its place says enough; the axis is for what lies between.
  const low = Math.max(-6, Math.floor(Math.log10(Math.min(0.1, ...extremes(finite)))));
  const high = Math.min(18, Math.ceil(Math.log10(Math.max(100, ...extremes(finite)))));
  const endless = lanes.some((lane) => lane.dots.some((dot) => dot[0] === null));
  canvas.hidden = name.hidden = false;
  let placed = [];

  function extremes(values) {
    let least = Infinity, most = 0;
    for (const v of values) { least = Math.min(least, v); most = Math.max(most, v); }
    return most ? [least, most] : [];
  }

  function draw() {
    const style = getComputedStyle(root);
    const colour = (key) => style.getPropertyValue(`--${key}`).trim();
    const width = canvas.clientWidth, narrow = width < 560;
    const laneHeight = narrow ? 72 : 58, top = 34, bottom = 34;
    const height = top + lanes.length * laneHeight + bottom;
    const left = narrow ? 56 : 206, right = endless ? 56 : 16;
    const zero = left - 40, end = width - 22;
    const x = (e) => e === null ? end : e === 0 ? zero
      : left + (clamp(Math.log10(e)) - low) / (high - low) * (width - left - right);
    const ratio = devicePixelRatio || 1;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.font = "12px system-ui, sans-serif";
    const floor = height - bottom;

    pen.fillStyle = colour("tint");
    pen.fillRect(x(limit), top, width - x(limit), floor - top);
    pen.textAlign = "center";
    const decades = Math.max(1, Math.ceil((high - low) / (width - left) * 56));
    const marks = [[zero, "0"]];
    if (endless) marks.push([end, "∞"]);
    for (let k = low; k <= high; k += 1) if (k % decades === 0) marks.push([x(10 ** k), power(k)]);
    for (const [at, label] of marks) {
      pen.strokeStyle = colour("rule");
      line(pen, at, top, at, floor);
      pen.fillStyle = colour("quiet");
      pen.fillText(label, at, floor + 18);
    }
    pen.strokeStyle = pen.fillStyle = colour("wrong");
    line(pen, x(limit), top - 6, x(limit), floor);
    const label = `${limit}: not rounding beyond here`;
    const fits = x(limit) + pen.measureText(label).width < width;
    pen.textAlign = fits ? "left" : "right";
    pen.fillText(label, x(limit) + (fits ? 4 : -4), top - 12);

    placed = [];
    pen.textAlign = "left";
    lanes.forEach((lane, k) => {
      const from = top + k * laneHeight;
      pen.strokeStyle = colour("rule");
      line(pen, 0, from + laneHeight, width, from + laneHeight);
      pen.fillStyle = colour("ink");
      pen.fillText(lane.witness, 0, narrow ? from + 14 : from + laneHeight / 2 + 4);
      const room = narrow ? laneHeight - 30 : laneHeight - 16;
      const base = from + (narrow ? 22 : 8);
      lane.dots.forEach(([ratio, status, index, tensor], i) => {
        // The golden ratio spreads the dots of a lane evenly, and the same way at every drawing.
        const spread = (i * 0.6180339887) % 1;
        const dot = { x: x(ratio), y: base + spread * room, ratio, status, index, tensor, lane };
        placed.push(dot);
        mark(pen, dot, colour(statuses[status]));
      });
    });
  }

  function clamp(decade) {
    return Math.min(high, Math.max(low, decade));
  }

  function power(k) {
    const text = k >= -2 && k <= 3 ? String(10 ** k).slice(0, 5) : `1e${k}`;
    if (finite.some((e) => k === low && e < 10 ** k)) return `≤ ${text}`;
    return finite.some((e) => k === high && e > 10 ** k) ? `≥ ${text}` : text;
  }

  function line(pen, x1, y1, x2, y2) {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  }

  function mark(pen, { x, y, status }, colour) {
    pen.strokeStyle = pen.fillStyle = colour;
    if (status < faulty) {
      line(pen, x - 4, y - 4, x + 4, y + 4);
      line(pen, x - 4, y + 4, x + 4, y - 4);
      return;
    }
    pen.beginPath();
    pen.arc(x, y, 2.25, 0, 2 * Math.PI);
    if (statuses[status] === "undecided") {
      pen.stroke();
      return;
    }
    pen.globalAlpha = 0.6;
    pen.fill();
    pen.globalAlpha = 1;
  }

  function nearest(event) {
    const box = canvas.getBoundingClientRect();
    let best = null, reach = 100;
    for (const dot of placed) {
      const d = (dot.x - event.clientX + box.left) ** 2 + (dot.y - event.clientY + box.top) ** 2;
      if (d < reach) [best, reach] = [dot, d];
    }
    return best;
  }

  canvas.addEventListener("pointermove", (event) => {
    const dot = nearest(event);
    canvas.style.cursor = dot ? "pointer" : "";
    if (!dot) return;
    const title = document.getElementById(anchors[dot.index]).querySelector(".title").textContent;
    const ratio = dot.ratio ?? "beyond all numbers";
    name.textContent = `${dot.tensor} by ${dot.lane.witness}: ${statuses[dot.status]}, error ratio ${ratio} · ${title}`;
  });
  canvas.addEventListener("click", (event) => {
    const dot = nearest(event);
    if (dot) location.hash = anchors[dot.index];
  });
  const print = (on) => () => { root.classList.toggle("printing", on); draw(); };
  addEventListener("beforeprint", print(true));
  addEventListener("afterprint", print(false));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(draw).observe(canvas.parentElement);
})();
