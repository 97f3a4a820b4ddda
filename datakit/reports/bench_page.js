// Whether curation helped a model. Everything from corpora and models becomes text nodes; pictures are our own PNGs.
const B = D.bench, PLAIN = { random: "random subsets", holdout: "held-out " + THINGS };
const armName = a => PLAIN[a] || words(a), count = n => n.toLocaleString("en");
const OTHERS = ["#37b24d", "#7048e8", "#15aabf", "#e64980", "#f59f00", "#a9744f", "#74b816"];
const isStep = a => a.startsWith("without "), ARMS = B.arms.filter(a => !isStep(a.name));
const armOrder = B.arms.map(a => a.name).filter(a => !["curated", "random", "raw"].includes(a));
function paint(node, arm) { node.style.color = { curated: "var(--accent)", random: "var(--soft)", raw: "var(--other)" }[arm] || OTHERS[armOrder.indexOf(arm) % OTHERS.length] || "var(--ink)"; return node; }
const dotOf = arm => paint(el("i", { class: "arm-dot" }), arm);
const sign = (v, text) => (v < 0 ? "\u2212" : "+") + text;
const digits = v => { const a = Math.abs(v); return a === 0 ? "0" : a >= 1000 ? Math.round(a).toLocaleString("en") : a >= 100 ? a.toFixed(0) : String(+a.toPrecision(3)); };
const delta = v => sign(v, digits(v)), share = v => sign(v, (100 * Math.abs(v)).toFixed(1) + " %");
const pWords = p => p === null ? "" : p < 0.001 ? "p < .001" : "p = " + p.toFixed(3).replace(/^0/, "");
const lower = B.better === "lower";

const drawings = [];
function plot(height, label, draw) {
  const box = el("div", { class: "plot" });
  drawings.push(() => {
    const w = Math.max(220, box.clientWidth), picture = svg("svg", { width: w, height, viewBox: `0 0 ${w} ${height}`, role: "img", "aria-label": label });
    draw(picture, w, height); box.replaceChildren(picture);
  });
  return box;
}
function text(x, y, words, anchor = "start") { const t = svg("text", { x, y, "text-anchor": anchor }); t.textContent = words; return t; }
function ticks(low, high, n) {
  const raw = (high - low) / n, unit = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 2.5, 5, 10].map(k => k * unit).find(s => s >= raw), found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(k * step + 0);
  return found;
}

function hero() {
  const card = el("div", { class: "card hero is-" + B.level }, el("div", { class: "headline " + B.level }, B.headline), el("p", { class: "figures" }, B.figures), ...B.notes.map(n => el("div", { class: "small note" }, n)));
  const d = B.versus.find(v => v.arm === B.control), grid = el("div", { class: "facts" });
  const fact = (value, name, more) => grid.append(el("div", {}, el("div", { class: "value" }, value), el("div", {}, name), el("div", { class: "small" }, more)));
  if (d && d.relative !== null) fact(el("span", { class: d.level }, share(d.relative)), `${B.metric}`, `${B.better} is better`);
  else if (d) fact(el("span", { class: d.level }, delta(d.value)), B.metric, `${B.better} is better`);
  if (d && d.p !== null) fact(pWords(d.p).replace("p = ", "").replace("p ", ""), "p-value", "against " + armName(B.control));
  fact(String(B.n_seeds), B.n_seeds === 1 ? "seed" : "seeds", "every arm with each");
  for (const a of B.arms.filter(a => a.name === "raw" || a.name === "curated").reverse()) fact(count(a.n_samples), `${a.name} ${THINGS}`, "in each run");
  card.append(grid); page.append(card);
}

function scaleOf(all) {
  const relative = all.every(v => v.relative_low !== null) || all.every(v => v.low === null && v.relative !== null);
  const of = v => relative ? [v.relative, v.relative_low, v.relative_high].map(x => x === null ? null : 100 * x) : [v.value, v.low, v.high];
  const ends = [0, ...all.flatMap(of)].filter(x => x !== null), reach = Math.max(...ends) - Math.min(...ends) || 1;
  const low = Math.min(...ends) - 0.14 * reach, high = Math.max(...ends) + 0.14 * reach, x = v => 100 * (v - low) / (high - low);
  const line = v => {
    const [mid, a, b] = of(v), box = el("div", { class: "whisker " + v.level }), zero = el("s"), dot = el("b"), range = el("i");
    zero.style.left = x(0) + "%"; dot.style.left = x(mid) + "%"; box.append(zero);
    if (a !== null) { range.style.left = x(a) + "%"; range.style.width = x(b) - x(a) + "%"; box.append(range); }
    box.append(dot); return box;
  };
  const axis = el("div", { class: "whisker axis small" });
  for (const t of ticks(low, high, 5).filter(t => x(t) > 5 && x(t) < 95)) { const tick = el("span", {}, Math.abs(t) < 1e-9 ? "0" : relative ? sign(t, digits(t) + " %") : delta(t)); tick.style.left = x(t) + "%"; axis.append(tick); }
  const sides = (good, bad) => el("div", { class: "ends small" }, el("span", {}, "← " + (lower ? good : bad)), el("span", {}, (lower ? bad : good) + " →"));
  const value = v => relative ? share(v.relative) : delta(v.value);
  const interval = v => v.low === null ? "no interval from one seed" : relative ? `${share(v.relative_low)} to ${share(v.relative_high)}` : `${delta(v.low)} to ${delta(v.high)}`;
  return { line, axis, sides, value, interval };
}
function forest() {
  if (!B.versus.length) return el("div", {}, el("h3", {}, "Difference"), "No seed gave a value in both arms.");
  const s = scaleOf(B.versus), list = el("div", { class: "forests" });
  for (const v of B.versus) list.append(el("div", { class: "one" }, el("div", { class: "who" }, "curated against ", el("b", {}, armName(v.arm)), v.arm === B.control ? el("span", { class: "tag decides" }, "decides") : null),
    el("div", { class: "told" }, el("b", { class: v.level }, s.value(v)), " " + s.interval(v)), s.line(v),
    el("div", { class: "small" }, [`${delta(v.value)} in the metric`, pWords(v.p), v.n_seeds === 1 ? "1 seed" : `${v.n_seeds} seeds`].filter(Boolean).join(" · "))));
  list.append(s.axis, s.sides("curated is better", "curated is worse"));
  return el("div", {}, el("h3", {}, `Difference, with ${B.covered} % intervals`), list);
}
function steps() {
  if (!B.steps.length) return;
  const s = scaleOf(B.steps), list = el("div", { class: "step-effects" });
  for (const v of B.steps) list.append(el("div", { class: "step" }, el("div", {}, words(v.arm.replace("without ", ""))), s.line(v), el("div", { class: "told" }, el("b", { class: v.level }, s.value(v)), el("span", { class: "small" }, s.interval(v)))));
  list.append(el("div", { class: "step" }, el("div"), el("div", {}, s.axis, s.sides("the step helps", "the step hurts")), el("div")));
  section("What each step does", el("div", { class: "card" }, el("p", { class: "small lead" }, `The whole recipe against the recipe without this one step, on the primary metric, with ${B.covered} % intervals. These are no verdicts: with many steps, some differ by chance.`), list));
}

function seedsPlot() {
  const order = ["random", "curated", "raw", ...armOrder].filter(a => ARMS.some(b => b.name === a)), arms = order.map(a => ARMS.find(b => b.name === a));
  const all = arms.flatMap(a => a.values).filter(v => v !== null);
  if (!all.length) return el("div", {}, "No run gave a value.");
  const pad = 0.08 * (Math.max(...all) - Math.min(...all)) || 0.05 * Math.abs(all[0]) || 1, low = Math.min(...all) - pad, high = Math.max(...all) + pad;
  const picture = plot(300, "the metric of every run, by arm, lines join the runs of one seed", (s, w, h) => {
    const left = 52, foot = 28, y = v => 8 + (h - foot - 14) * (high - v) / (high - low), x = k => left + (w - left) * (k + 0.5) / arms.length;
    for (const t of ticks(low, high, 5)) s.append(svg("line", { x1: left, x2: w, y1: y(t), y2: y(t), class: "gridline" }), text(left - 8, y(t) + 4, t < 0 ? delta(t) : digits(t), "end"));
    const at = order.indexOf("curated");
    for (const other of [at - 1, at + 1]) if (arms[other] && ["random", "raw"].includes(order[other])) arms[at].values.forEach((v, k) => {
      const u = arms[other].values[k]; if (v === null || u === null || u === undefined) return;
      s.append(svg("line", { x1: x(other), x2: x(at), y1: y(u), y2: y(v), class: "join " + (v === u ? "none" : (v < u) === lower ? "good" : "bad") }));
    });
    arms.forEach((a, k) => {
      const g = paint(svg("g", {}), a.name);
      if (a.mean !== null) g.append(svg("line", { x1: x(k) - 20, x2: x(k) + 20, y1: y(a.mean), y2: y(a.mean), class: "mean" }));
      a.values.forEach((v, seed) => { if (v !== null) { const c = svg("circle", { cx: x(k), cy: y(v), r: 4 }), t = svg("title", {}); t.textContent = `${armName(a.name)}, seed ${seed}: ${number(v, 4)}`; c.append(t); g.append(c); } });
      const label = text(x(k), h - foot + 20, words(a.name), "middle"); label.setAttribute("class", "label");
      g.append(label); s.append(g);
    });
  });
  return el("div", {}, el("h3", {}, `Every run: ${B.metric}`), picture, el("div", { class: "small" }, "A dot is a run, a bar its arm's mean. Lines join the runs of one seed: ", el("span", { class: "good" }, "green"), " where curated is better, ", el("span", { class: "bad" }, "red"), " where it is worse."));
}

function samples() {
  if (!B.grids.length && !B.texts.length) return;
  const valued = g => g.value === null ? "" : ` · ${number(g.value, 3)}`;
  const head = g => el("figcaption", {}, g.arm === "holdout" ? null : dotOf(g.arm), el("b", {}, g.arm === "holdout" ? "held-out" : words(g.arm)), el("span", { class: "small" }, g.arm === "holdout" ? " · real" : valued(g)));
  const lead = `Seed ${B.seed}, the one nearest to every arm's median; every arm started from the same noise. The figure is the metric of this run. Not picked by eye: the first of each run.`;
  const boxOf = g => el("figure", {}, head(g), el("img", { class: "pixels", src: "data:image/png;base64," + g.picture, alt: g.arm === "holdout" ? "held-out images" : `samples of the model trained on ${g.arm}` }));
  const sheetOf = g => el("figure", { class: "sheet" }, head(g), prose([g.text], ""));
  const all = [...B.grids, ...B.texts], draw = g => g.picture ? boxOf(g) : sheetOf(g), rest = all.filter(g => isStep(g.arm));
  const card = el("div", { class: "card" }, el("p", { class: "small lead" }, lead), el("div", { class: "sample-grids" }, ...all.filter(g => !isStep(g.arm)).map(draw)));
  if (rest.length) card.append(el("details", {}, el("summary", {}, `${rest.length} more, of the recipe without one step`), el("div", { class: "sample-grids" }, ...rest.map(draw))));
  section("What the models make", card);
}

function learning() {
  const boxes = B.curves.filter(c => c.lines.some(l => !isStep(l.arm))).map(c => {
    const lines = c.lines.filter(l => !isStep(l.arm)), longest = lines[0].steps.at(-1), seen = lines.flatMap(l => l.steps.flatMap((t, k) => t > 0.03 * longest ? [l.low[k], l.high[k]] : [])).sort((a, b) => a - b);
    const cut = q => seen[Math.min(seen.length - 1, Math.floor(q * seen.length))], reach = cut(0.995) - cut(0.005) || 1, low = cut(0.005) - 0.05 * reach, high = cut(0.995) + 0.08 * reach;
    const picture = plot(230, `${c.loss} loss by step`, (s, w, h) => {
      const left = 52, x = t => left + (w - left - 10) * t / longest, y = v => Math.max(2, Math.min(h - 26, 6 + (h - 34) * (high - v) / (high - low)));
      for (const t of ticks(low, high, 4)) s.append(svg("line", { x1: left, x2: w, y1: y(t), y2: y(t), class: "gridline" }), text(left - 8, y(t) + 4, t < 0 ? delta(t) : digits(t), "end"));
      for (const t of ticks(0, longest, w < 400 ? 3 : 5)) s.append(text(x(t), h - 6, count(Math.round(t)), t === 0 ? "start" : t > 0.97 * longest ? "end" : "middle"));
      for (const l of lines) {
        const g = paint(svg("g", {}), l.arm), line = v => v.map((u, k) => `${k ? "L" : "M"}${x(l.steps[k]).toFixed(1)} ${y(u).toFixed(1)}`).join("");
        if (l.n > 1) g.append(svg("path", { class: "band", d: line(l.high) + l.low.map((u, k) => [x(l.steps[k]), y(u)]).reverse().map(p => `L${p[0].toFixed(1)} ${p[1].toFixed(1)}`).join("") + "Z" }));
        g.append(svg("path", { class: "curve", d: line(l.mean) })); s.append(g);
      }
    });
    const keys = lines.map(l => el("span", { class: "legend" }, dotOf(l.arm), armName(l.arm)));
    return el("div", {}, el("h3", {}, words(c.loss)), picture, el("div", { class: "small" }, ...keys));
  });
  if (boxes.length) section("Learning curves", el("div", { class: "card" }, el("p", { class: "small lead" }, "Training loss by gradient step: mean over the seeds, and from the lowest to the highest. Each arm is measured on its own data, so a lower line is easier data, not a better model; whether training settled is what to look for."), el("div", { class: boxes.length > 1 ? "two" : "" }, ...boxes)));
}

function metrics() {
  const table = el("table", { class: "issues metrics" }), names = ARMS.map(a => a.name), fixed = v => v === null || v === undefined ? "–" : v === 0 ? "0" : Math.abs(v) < 0.001 ? v.toFixed(5) : String(+v.toPrecision(3));
  table.append(el("tr", {}, el("th", {}, ""), ...names.map(n => el("th", { class: "r" }, dotOf(n), words(n)))));
  const row = (title, meaning, values, strong) => table.append(el("tr", strong ? { class: "strong" } : {}, el("td", {}, title, meaning ? el("div", { class: "small meaning" }, meaning) : null), ...values.map(v => el("td", { class: "r" }, v))));
  row(`samples of a run`, "", ARMS.map(a => count(a.n_samples)));
  row("runs", "", ARMS.map(a => el("span", {}, String(a.values.length - a.n_failed), a.n_failed ? el("div", { class: "small bad" }, `${a.n_failed} failed`) : null, a.n_collapsed ? el("div", { class: "small bad" }, `${a.n_collapsed} collapsed`) : null)));
  row(el("span", {}, B.metric, el("span", { class: "tag decides" }, "primary")), `${B.better} is better · mean ± sd over the seeds`, ARMS.map(a => el("span", {}, fixed(a.mean), a.sd === null ? null : el("span", { class: "small sd" }, ` ± ${+a.sd.toPrecision(2)}`))), true);
  for (const m of B.metrics) row(m.title, [m.better ? m.better + " is better" : "", m.meaning].filter(Boolean).join(" · "), names.map(n => fixed(m.values[n])));
  section("All metrics", el("div", { class: "card scroll" }, table), el("p", { class: "small" }, "The verdict stands on the primary metric, named before the run. The others are medians over the runs, to understand it by; with so many, some will differ by chance."));
}

function design() {
  const list = el("dl", { class: "design" });
  for (const [name, told] of B.design) list.append(el("dt", {}, name), el("dd", {}, told));
  section("How it was done", el("div", { class: "card" }, list));
  const table = el("table", { class: "rare where" });
  for (const [name, place] of B.places) table.append(el("tr", {}, el("td", {}, words(name)), el("td", {}, el("bdi", {}, place))));
  for (const [name, told] of B.files) table.append(el("tr", {}, el("td", {}, el("code", {}, name)), el("td", {}, told)));
  section("Where things are", el("div", { class: "card" }, table));
}

page.className = D.modality === "text" ? "text bench" : "bench";
page.append(el("h1", {}, "Does curation help the model?"), el("div", { class: "meta" }, el("bdi", {}, B.corpora.raw), " → ", el("bdi", {}, B.corpora.curated), ` · model ${B.model}, preset ${B.preset} · datakit ${D.version}`));
hero();
section("The effect", el("div", { class: "card two effect" }, forest(), seedsPlot()));
steps(); samples(); learning(); metrics(); design();
const redraw = () => drawings.forEach(draw => draw());
redraw(); window.addEventListener("resize", redraw);
