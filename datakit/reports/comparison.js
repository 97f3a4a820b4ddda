// What differs between a and b. Everything from the corpora becomes text nodes.
const pText = p => p < 0.001 ? "p < .001" : "p = " + (p >= 1 ? "1" : p.toFixed(p < 0.1 ? 3 : 2).slice(1));
const signed = (v, digits) => (v < 0 ? "\u2212" : "+") + Math.abs(v).toFixed(digits);
const short = v => v >= 100 ? number(v, 0) : v.toPrecision(3);
const key = side => el("i", { class: "side " + side }, side);

function comparedHead(C) {
  const card = el("div", { class: "card verdict" }, el("div", { class: "sentence " + (C.shifted ? "bad" : "good") }, C.verdict));
  for (const side of ["a", "b"]) card.append(el("div", { class: "small" }, key(side), " ", el("bdi", {}, C[side].location), ` · ${C[side].n.toLocaleString("en")} ${THINGS}` + (C[side].distinct === null ? "" : `, ${C[side].distinct.toLocaleString("en")} distinct (copies count once)`)));
  const o = C.overlap, E = C.embedding;
  const facts = [[o.both.toLocaleString("en"), "contents in both", `${percent(o.a_rate)} of a, ${percent(o.b_rate)} of b`], [o.only_a.toLocaleString("en"), "only in a", ""], [o.only_b.toLocaleString("en"), "only in b", ""]];
  if (o.changed) facts.push([o.changed.toLocaleString("en"), "same place, other content", ""]);
  if (!E.reason) facts.push([E.c2st_auc.toFixed(3), "classifier AUC", "0.5 is chance · " + pText(E.c2st_p)], [E.mmd2.toFixed(5), "MMD²", pText(E.p)], [E.energy.toFixed(4), "energy coefficient", pText(E.energy_p)], [short(E.fd), "FD in " + E.encoder, short(E.fd_null) + " without a shift"]);
  const grid = el("div", { class: "facts" });
  for (const [value, name, more] of facts) grid.append(el("div", {}, el("div", { class: "value" }, value), el("div", {}, name), el("div", { class: "small" }, more)));
  card.append(grid, ...C.notes.map(note => el("div", { class: "small note" }, "Note: " + note + ".")));
  if (E.reason) card.append(el("div", { class: "small" }, "Embeddings are not compared: " + E.reason + "."));
  return card;
}

function comparedScores(C) {
  const table = el("table", { class: "issues compared" }, el("tr", {}, el("th", {}, "score"), el("th", { class: "r" }, key("a")), el("th", { class: "r" }, key("b")), el("th", { class: "r" }, "a − b"), el("th", {}, "95 % interval of the difference"), el("th", {}, "")));
  const reach = Math.max(0.02, ...C.scores.filter(s => s.low !== null).flatMap(s => [Math.abs(s.low), Math.abs(s.high)])) * 1.05;
  const one = s => s ? el("span", { title: `${s[1].toFixed(3)} to ${s[2].toFixed(3)}` }, s[0].toFixed(3)) : "–";
  for (const s of C.scores) {
    const row = el("tr", {}, el("td", {}, s.name), el("td", { class: "r" }, one(s.a)), el("td", { class: "r" }, one(s.b)));
    if (s.difference === null) row.append(el("td", {}), el("td", { class: "small", colspan: 2 }, s.reason));
    else {
      const x = v => 100 + 98 * v / reach, level = !s.differs ? "none" : s.difference < 0 ? "bad" : "good";
      const picture = svg("svg", { viewBox: "0 0 200 16", class: "forest " + level });
      picture.append(svg("line", { x1: 100, x2: 100, y1: 0, y2: 16, class: "zero" }), svg("line", { x1: x(s.low), x2: x(s.high), y1: 8, y2: 8 }), svg("circle", { cx: x(s.difference), cy: 8, r: 3.5 }));
      row.append(el("td", { class: "r " + level }, signed(s.difference, 3)), el("td", {}, picture), el("td", { class: "small" }, `${signed(s.low, 3)} to ${signed(s.high, 3)}`));
    }
    table.append(row);
  }
  return el("div", { class: "card scroll" }, table);
}

function comparedChart(c) {
  const card = el("div", { class: "card chart two-sided", title: `${c.meaning}\neffect ${number(c.effect, 4)}` }, el("h3", {}, words(c.name)));
  const told = [c.sd === null ? null : signed(c.sd, 2) + " sd", pText(c.p)].filter(Boolean).join(" · ");
  card.append(el("div", { class: "small" }, told));
  if (c.histogram) {
    const h = c.histogram, most = Math.max(...h.a, ...h.b), n = h.a.length, w = 200 / n;
    const picture = svg("svg", { viewBox: "0 0 200 64", preserveAspectRatio: "none" });
    let line = "M0 64";
    h.a.forEach((v, k) => { if (v) { const t = 62 * v / most; picture.append(svg("rect", { x: w * k, y: 64 - t, width: w, height: t, class: "a" })); } });
    h.b.forEach((v, k) => { const t = 64 - 62 * v / most; line += `L${w * k} ${t}L${w * (k + 1)} ${t}`; });
    picture.append(svg("path", { d: line + "L200 64", class: "b" }));
    card.append(picture, el("div", { class: "ends small" }, el("span", {}, number(h.low)), el("span", {}, h.log ? "log scale" : c.unit), el("span", {}, number(h.high))));
    card.append(el("div", { class: "small" }, "median ", key("a"), ` ${number(c.a)} `, key("b"), ` ${number(c.b)}`));
  } else for (const [name, a, b] of c.kind === "missing" ? [["missing", c.a, c.b]] : c.top) card.append(comparedBars(name, a, b, c.kind === "missing" ? 1 : Math.max(...c.top.flatMap(t => [t[1], t[2]]))));
  if (c.follows) card.append(el("div", { class: "small" }, "moves with " + words(c.follows)));
  return card;
}
function comparedBars(name, a, b, most) {
  const bars = el("span", { class: "pair" });
  for (const [side, v] of [["a", a], ["b", b]]) { const bar = el("i", { class: "side-bar " + side }); bar.style.width = Math.max(v ? 1 : 0, 100 * v / most) + "%"; bars.append(bar); }
  return el("div", { class: "hbar two-sided" }, el("bdi", { title: name }, name || "(none)"), bars, el("span", { class: "small" }, `${(100 * a).toFixed(1)} / ${(100 * b).toFixed(1)} %`));
}

function comparedExamples(items, C) {
  if (items.some(x => x.text !== null)) return someFirst(items.map(x => el("article", { class: "sheet" }, el("bdi", { class: "place", title: x.path }, x.path), x.more ? el("div", { class: "small" }, x.more) : null, x.text ? prose([x.text], "") : null)), 3, "sheets");
  const shown = items.filter(x => x.thumb), rest = items.filter(x => !x.thumb), box = el("div", {});
  if (shown.length) box.append(el("div", { class: "grid" }, ...shown.map(x => el("div", { class: "tile", title: x.path }, el("div", { class: "box" }, thumb(x.thumb, 96, C.atlas)), el("span", { class: "path" }, "\u200e" + x.path), x.more ? el("span", { class: "why" }, x.more) : null))));
  if (rest.length) {
    const list = el("ul", { class: "members" }, ...rest.map(x => el("li", {}, el("bdi", { class: "place", title: x.path }, x.path), el("span", { class: "small" }, x.more || ""))));
    box.append(shown.length ? el("details", {}, el("summary", {}, `${rest.length} without a picture in the profile`), list) : list);
  }
  return box;
}
function comparedSlices(C) {
  const most = Math.max(...C.slices.concat(C.others).flatMap(s => [s.a_rate, s.b_rate]));
  const table = el("table", { class: "issues compared" }, el("tr", {}, el("th", {}, "slice"), el("th", {}, "share"), el("th", { class: "r" }, key("a")), el("th", { class: "r" }, key("b")), el("th", { class: "r" }, "a / b"), el("th", { class: "r" }, "")));
  for (const s of C.slices.length ? C.slices : C.others) {
    const bars = comparedBars("", s.a_rate, s.b_rate, most).children[1], ratio = s.a_rate / s.b_rate;
    table.append(el("tr", {}, el("td", { class: "name" }, el("bdi", {}, s.name)), el("td", { width: "30%" }, bars), el("td", { class: "r", title: s.a_count + " " + THINGS }, percent(s.a_rate)), el("td", { class: "r", title: s.b_count + " " + THINGS }, percent(s.b_rate)), el("td", { class: "r" }, !s.b_rate ? "new" : !s.a_rate ? "gone" : "×" + number(ratio, 2)), el("td", { class: "r small" }, pText(s.p))));
  }
  const nodes = [el("div", { class: "card gallery scroll" }, table)];
  for (const s of C.slices.filter(s => s.examples.length).slice(0, 8)) {
    const mix = s.labels.map(([label, rate]) => `${label} ${Math.round(100 * rate)} %`).join(", ");
    nodes.push(el("div", { class: "card gallery" }, el("header", {}, el("h3", {}, el("bdi", {}, s.name)), el("span", { class: "small" }, `${percent(s.a_rate)} of a, ${percent(s.b_rate)} of b · examples of `, key(s.side), mix ? " · " + mix : "")), comparedExamples(s.examples, C)));
  }
  return nodes;
}

function comparedUnlike(C, u) {
  const other = u.side === "a" ? "b" : "a", rate = u.n / u.n_judged;
  const items = u.items.map(x => ({ ...x, more: `distance ${number(x.distance, 2)} · nearest ${x.nearest}` }));
  return el("div", { class: "card gallery" }, el("header", {}, el("h3", {}, "in ", key(u.side), ", unlike anything in ", key(other)), el("span", { class: "small" }, `${u.n.toLocaleString("en")} of ${u.n_judged.toLocaleString("en")}, ${percent(rate)} (${percent(u.expected)} expected, ${pText(u.p)}) · farther than ${number(u.threshold, 2)}`)),
    items.length ? comparedExamples(items, C) : el("div", { class: "small" }, "None is."));
}

function showComparison(C, title) {
  if (title) section(title);
  page.append(comparedHead(C));
  section("Scores side by side", comparedScores(C));
  section(C.n_columns ? `Columns that shifted (${C.n_columns})` : "Columns (none shifted)", el("p", { class: "small" }, "filled ", key("a"), " outlined ", key("b"), " · ranked by energy coefficient; p by Kolmogorov-Smirnov or chi-square, adjusted for all columns"), el("div", { class: "charts" }, ...C.charts.map(comparedChart)));
  if (C.columns.length) {
    const table = el("table", { class: "rare" });
    for (const c of C.columns) table.append(el("tr", {}, el("td", { title: c.meaning }, words(c.name)), el("td", { class: "r" }, c.sd === null ? "" : signed(c.sd, 2) + " sd"), el("td", { class: "r" }, pText(c.p)), el("td", { class: "small" }, `effect ${number(c.effect, 4)}`)));
    page.append(el("details", { class: "card columns" }, el("summary", {}, `${C.columns.length} more columns`), table));
  }
  if (C.slices.length || C.others.length) section(C.n_slices ? `Slices of other size (${C.n_slices})` : "Slices (none of other size)", ...comparedSlices(C));
  if (C.unlike.length) section("Without a counterpart", ...C.unlike.map(u => comparedUnlike(C, u)));
}
