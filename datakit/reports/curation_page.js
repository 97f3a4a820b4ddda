page.className = D.modality === "text" ? "text curation" : "curation";

function flow() {
  const e = C.edits, longest = Math.max(C.before.n, C.after.n), card = el("div", { class: "card flow" });
  const big = (n, name, more) => el("div", {}, el("div", { class: "huge" }, count(n)), el("div", {}, name), el("div", { class: "small" }, more));
  const withIssue = s => `${bytes(s.bytes)} · ${count(s.n_with_issue)} with an issue (${percent(s.n_with_issue / Math.max(s.n, 1))})`;
  card.append(el("div", { class: "ends-of" }, big(C.before.n, `${THINGS} in`, withIssue(C.before)), el("div", { class: "huge arrow", "aria-hidden": "true" }, "→"), big(C.after.n, `${THINGS} out`, withIssue(C.after))));
  const bar = (name, parts) => {
    const row = el("div", { class: "stack" });
    for (const [kind, n, told] of parts) if (n) { const part = el("i", { class: kind, title: `${count(n)} ${told}` }, n / longest > 0.05 ? count(n) : ""); part.style.width = 100 * n / longest + "%"; row.append(part); }
    return el("div", { class: "stacked" }, el("span", { class: "small" }, name), row);
  };
  const stay = [["keep", e.keep, EDITS.keep], ["change", e.change, EDITS.change], ["repeat", e.repeat, "repeated, in all"]];
  card.append(bar("in", [...stay, ["drop", e.drop, EDITS.drop]]), bar("out", [...stay, ["copies", C.n_copies, "further copies"]]));
  const keys = [...Object.keys(EDITS).map(k => [k, e[k], EDITS[k], percent(e[k] / Math.max(C.before.n, 1))]), ["copies", C.n_copies, C.n_augmented ? "augmented copies" : "further copies", "beside their originals"]];
  const grid = el("div", { class: "facts" });
  for (const [kind, n, told, more] of keys) if (n) grid.append(el("div", {}, el("div", { class: "value" }, el("i", { class: "dot " + kind }), count(n)), el("div", {}, told), el("div", { class: "small" }, more)));
  card.append(grid);
  if (C.n_augmented) card.append(el("div", { class: "small note" }, "Augmented copies count in the scores and issues below: they are near duplicates of their originals, share their issues, and lower diversity, as they are meant to."));
  page.append(card);
}

function scoresBeforeAfter() {
  const all = C.scores.flatMap(s => [s.a, s.b]).filter(Boolean).flatMap(s => [s[1], s[2]]);
  if (!all.length) return;
  const low = Math.min(0.9, Math.floor(10 * Math.min(...all)) / 10), x = v => 100 * (v - low) / (1 - low);
  const list = el("div", { class: "dumbbells" });
  for (const s of C.scores) {
    const scale = el("div", { class: "dumbbell" });
    const level = !s.change ? "none" : s.change[1] > 0 ? "good" : s.change[2] < 0 ? "bad" : "none";
    for (const [side, v] of [["a", s.a], ["b", s.b]]) if (v) {
      const range = el("i", { class: side + (side === "b" ? " " + level : "") }), dot = el("b", { class: side + (side === "b" ? " " + level : ""), title: `${side === "a" ? "before" : "after"} ${v[0].toFixed(3)}, 95 % interval ${v[1].toFixed(3)} to ${v[2].toFixed(3)}` });
      range.style.left = x(v[1]) + "%"; range.style.width = Math.max(0.4, x(v[2]) - x(v[1])) + "%"; dot.style.left = x(v[0]) + "%"; scale.append(range, dot);
    }
    const values = el("div", { class: "values" }, el("span", {}, s.a ? s.a[0].toFixed(3) : "–"), el("span", { class: "small" }, " → "), el("span", { class: "after " + level }, s.b ? s.b[0].toFixed(3) : "–"));
    const sign = v => (v < 0 ? "\u2212" : "+") + Math.abs(v).toFixed(3);
    const told = s.change ? [el("b", { class: level }, level === "good" ? "better" : level === "bad" ? "worse" : "no clear change"), ` ${sign(s.change[0])} (${sign(s.change[1])} to ${sign(s.change[2])})`, s.note ? el("br") : "", s.note] : [s.reason];
    list.append(el("div", { class: "name" }, s.name), values, s.a || s.b ? scale : el("div"), el("div", { class: "small" }, ...told));
  }
  const axis = el("div", { class: "dumbbell axis small" }), step = 1 - low > 0.5 ? 0.2 : 1 - low > 0.2 ? 0.1 : 0.05;
  for (let v = 1; v > low - 1e-9; v -= step) { const tick = el("span", {}, v.toFixed(step < 0.1 ? 2 : 1)); tick.style.left = x(v) + "%"; axis.append(tick); }
  list.append(el("div"), el("div"), axis, el("div"));
  section("Scores", el("div", { class: "card" }, el("div", { class: "small lead" }, el("i", { class: "ring" }), " before ", el("i", { class: "ring full" }), " after, with 95 % intervals. Better or worse: the 95 % interval of the difference (as of independent samples) excludes 0."), list));
}

function issuesBeforeAfter() {
  if (!C.issues.length) { section("Issues", el("div", { class: "card" }, "None before, none after.")); return; }
  const most = Math.max(...C.issues.flatMap(i => [i[2], i[4]]));
  const table = el("table", { class: "issues before-after" }, el("tr", {}, el("th", {}, "issue"), el("th", { class: "r" }, "before"), el("th", { class: "r" }, "after"), el("th", { class: "r rates" }, "rate before"), el("th", { class: "r rates" }, "rate after"), el("th", {}, "")));
  for (const [name, a, aRate, b, bRate] of C.issues) {
    const pair = el("span", { class: "pair" });
    for (const [side, rate] of [["a", aRate], ["b", bRate]]) { const bar = el("i", { class: "side-bar " + side }); bar.style.width = Math.max(rate ? 0.6 : 0, 100 * rate / most) + "%"; pair.append(bar); }
    table.append(el("tr", {}, el("td", {}, words(name)), el("td", { class: "r" }, a ? count(a) : "–"), el("td", { class: "r " + (b ? b > a && bRate > aRate ? "bad" : "" : "good") }, b ? count(b) : "0"), el("td", { class: "r rates" }, a ? percent(aRate) : "–"), el("td", { class: "r rates" }, b ? percent(bRate) : "–"), el("td", { class: "bars" }, pair)));
  }
  section("Issues", el("div", { class: "card" }, table));
}

function reasons() {
  const most = Math.max(...C.reasons.map(r => r.n)), card = el("div", { class: "card reasons" }, ...C.reasons.map(r => reasonRow(r, most)));
  if (C.n_reasons > C.reasons.length) card.append(el("div", { class: "small" }, `${C.n_reasons - C.reasons.length} more reasons are in plan.parquet`));
  section("What became of them, and why", card);
}

function recipe() {
  const text = el("pre", { class: "recipe" });
  C.recipe.split("\n").forEach((line, k) => { if (k) text.append("\n"); text.append(/^\s*#/.test(line) ? el("span", { class: "comment" }, line) : line); });
  section("Recipe", el("div", { class: "card" }, text));
  if (C.left.length) section("Left alone", el("div", { class: "card" }, el("ol", { class: "steps" }, ...C.left.map(l => el("li", {}, l)))));
}
function files() {
  const table = el("table", { class: "rare where" });
  for (const [name, place] of C.places) table.append(el("tr", {}, el("td", {}, name), el("td", {}, el("bdi", {}, place))));
  for (const [name, told] of C.files) table.append(el("tr", {}, el("td", {}, el("code", {}, name)), el("td", {}, told)));
  section("Where things are", el("div", { class: "card" }, table, el("p", { class: "small" }, "The same plan makes the same bytes again: datakit curate CORPUS --plan plan.parquet -o NEW")));
}

page.append(el("h1", {}, "Before and after"), el("div", { class: "meta" }, el("bdi", {}, C.before.location), " → ", el("bdi", {}, C.after.location), ` · datakit ${D.version}`));
flow(); scoresBeforeAfter(); issuesBeforeAfter(); reasons(); changedSamples(); augmentedSamples(); duplicateGroups(); recipe(); files();
