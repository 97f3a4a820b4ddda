// Samples before and after. Everything from the corpora becomes text nodes; pictures are our own JPEGs.
const C = D.curation, EDITS = { keep: "kept as they were", change: "changed", repeat: "repeated", drop: "dropped" };
const count = n => n.toLocaleString("en"), picked = (n, one) => `${count(n)} ${n === 1 ? one : one + "s"}`;
function photo(n, what) {
  return n === null || n === undefined ? el("div", { class: "nothing" }, "no picture") : el("img", { src: "data:image/jpeg;base64," + C.pictures[n], alt: what || "", loading: "lazy", decoding: "async" });
}
function pathLine(path) { return el("span", { class: "path", title: path }, "\u200e" + path); }
function editLines(edits) {
  return el("ul", { class: "edits" }, ...edits.map(e => { const at = e.indexOf(": "); return at < 0 ? el("li", {}, el("bdi", {}, e)) : el("li", {}, el("b", {}, words(e.slice(0, at))), " ", el("bdi", {}, e.slice(at + 2))); }));
}
function factLine(facts, other) {
  const [w, h, ...rest] = facts, o = other || facts, line = el("div", { class: "facts-line" });
  const parts = D.modality === "image" ? [[`${w} × ${h}`, w !== o[0] || h !== o[1]], [rest[0], rest[0] !== o[2]], [rest[1], rest[1] !== o[3]], [rest[2] === null ? null : bytes(rest[2]).replace(" ", "\u00a0"), false]] : [[w, w !== o[0]], [bytes(h), false]];
  for (const [text, differs] of parts) if (text !== null && text !== undefined) line.append(line.childNodes.length ? " · " : "", differs ? el("b", {}, text) : text);
  return line;
}
function sheetTile(item, extra) {
  return el("div", { class: "tile", title: item.path }, el("div", { class: "box" }, photo(item.picture, item.path)), extra || null, pathLine(item.path), item.why ? el("span", { class: "why", title: item.why }, item.why) : null);
}
function excerpt(item) {
  return el("article", { class: "sheet" }, el("header", {}, el("bdi", { class: "place", title: item.path }, item.path)), item.why ? el("div", { class: "small" }, el("bdi", {}, item.why)) : null, item.text ? prose(item.text, item.lang) : null);
}

function reasonRow(r, most) {
  const bar = el("i", { class: "rate " + r.edit }); bar.style.width = 100 * r.n / most + "%";
  const strip = el("span", { class: "strip" });
  if (r.edit === "drop" && D.modality === "image") for (const x of r.items.filter(x => x.picture !== null).slice(0, 6)) strip.append(photo(x.picture, ""));
  const line = [el("span", { class: "chip " + r.edit }, r.edit), el("span", { class: "told" }, el("bdi", {}, /^(to clean: )?[a-z0-9_, ]+$/.test(r.reason) ? words(r.reason) : r.reason), r.edit === "drop" || !r.items.length ? null : el("span", { class: "small" }, " for example ", el("bdi", {}, r.items[0].path))), strip, el("span", { class: "n" }, count(r.n)), el("span", { class: "track" }, bar)];
  if (r.edit !== "drop") return el("div", { class: "reason" }, el("div", { class: "line" }, ...line));
  const box = el("details", { class: "reason" }, el("summary", { class: "line" }, ...line)), seen = r.items.filter(x => x.picture !== null || x.text), rest = r.items.filter(x => x.picture === null && !x.text);
  const body = el("div", { class: "body" });
  if (seen.length) body.append(D.modality === "image" ? el("div", { class: "grid" }, ...seen.map(x => sheetTile(x))) : el("div", { class: "sheets" }, ...seen.map(excerpt)));
  if (rest.length) body.append(el("ul", { class: "members" }, ...rest.map(x => el("li", {}, el("bdi", { class: "place", title: x.path }, x.path), el("span", { class: "small" }, el("bdi", {}, x.why))))));
  if (r.n > r.items.length) body.append(el("div", { class: "small" }, `${r.items.length} of ${count(r.n)}; all are in plan.parquet`));
  box.append(body);
  return box;
}

function bothSides(item) {
  const box = comparison({ n: 1, members: [[item.path, ""]], diff: item.diff, lang: item.lang, text: item.text ? [item.text] : null });
  if (item.sides) { const sides = el("div", { class: "sides" }); for (const text of item.sides) sides.append(prose([text], item.lang)); box.append(sides); }
  const facts = item.facts && item.facts.every(f => f.length) ? el("div", { class: "turned" }, factLine(item.facts[0]), el("span", { class: "facts-line" }, "→"), factLine(item.facts[1], item.facts[0])) : "";
  if (item.edits) box.firstChild.after(editLines(item.edits), facts);
  return box;
}
function imagePair(p) {
  const side = (name, n, facts, other) => el("figure", {}, el("div", { class: "box" }, photo(n, `${p.path}, ${name}`)), el("figcaption", {}, facts.length ? factLine(facts, other) : name));
  return el("article", { class: "sheet pair-of" }, el("div", { class: "duo" }, side("before", p.a, p.facts[0]), el("span", { class: "arrow", "aria-hidden": "true" }, "→"), side("after", p.b, p.facts[1], p.facts[0])), pathLine(p.path), editLines(p.edits));
}
function changedSamples() {
  if (!C.n_changed) return;
  const images = D.modality === "image", shown = C.changed.reduce((sum, g) => sum + g.pairs.length, 0), nodes = [];
  for (const g of C.changed) {
    const cards = g.pairs.map(images ? imagePair : bothSides);
    nodes.push(el("div", { class: "card gallery" }, el("header", {}, el("h3", {}, words(g.name)), el("span", { class: "small" }, g.pairs.length < g.n ? `${g.pairs.length} of ${count(g.n)}` : count(g.n))), someFirst(cards, images ? 6 : 2, images ? "pairs" : "comparisons")));
  }
  section(`Changed (${count(C.n_changed)})`, el("p", { class: "small lead" }, (shown < C.n_changed ? `${shown} of them, of every kind. ` : "") + (images ? "Left the original, right the result, both as they are stored: a tag that asks to turn a picture is not obeyed." : "Left the original, with what went in red; right the result, with what is new in green.")), ...nodes);
}
function augmentedSamples() {
  if (!C.n_augmented) return;
  const images = D.modality === "image", cards = [];
  for (const one of C.copies) {
    const head = el("header", {}, el("h3", { class: "place" }, el("bdi", {}, one.path)), el("span", { class: "small" }, one.n > one.copies.length ? `${one.copies.length} of ${count(one.n)} copies` : picked(one.n, "copy").replace("copys", "copies")));
    if (images) cards.push(el("article", { class: "sheet" }, head, el("div", { class: "grid copies" }, el("div", { class: "tile original" }, el("div", { class: "box" }, photo(one.picture, one.path)), el("b", {}, "original")), ...one.copies.map(c => el("div", { class: "tile" }, el("div", { class: "box" }, photo(c.picture, c.path)), editLines(c.edits))))));
    else cards.push(el("article", { class: "sheet" }, head, ...one.copies.map(c => bothSides({ ...c, lang: one.lang }))));
  }
  section(`Augmented copies (${count(C.n_augmented)})`, el("div", { class: "card" }, someFirst(cards, images ? 4 : 2, "comparisons")));
}
function duplicateGroups() {
  if (!C.n_groups) return;
  const images = D.modality === "image";
  const cards = C.groups.map(g => {
    const more = g.n - g.members.length;
    if (!images) { const [kept, ...rest] = g.members; return bothSides2(g, kept, rest, more); }
    return el("article", { class: "sheet" }, el("div", { class: "copies-of" }, ...g.members.map((m, k) => el("div", { class: "tile" + (k ? "" : " kept") }, el("div", { class: "box" }, photo(m.picture, m.path)), el("span", { class: "chip " + (k ? "drop" : "keep") }, k ? "dropped" : "stays"), m.facts.length ? factLine(m.facts, k ? g.members[0].facts : m.facts) : null, pathLine(m.path), m.why ? el("span", { class: "why", title: m.why }, m.why) : null))), more ? el("div", { class: "small" }, `and ${more} more`) : null);
  });
  section(`Copies: the best of each group stays (${picked(C.n_groups, "group")})`, images ? "" : el("p", { class: "small lead" }, "Left the dropped copy, right the one that stays."), el("div", { class: "card" }, someFirst(cards, images ? 8 : 3, images ? "duplicates" : "comparisons")));
}
function bothSides2(g, kept, rest, more) {
  const box = comparison({ n: 1, members: [["", ""]], diff: g.diff, lang: g.lang, text: g.text ? [g.text] : null });
  const line = (m, k) => el("li", {}, el("span", { class: "chip " + (k ? "drop" : "keep") }, k ? "dropped" : "stays"), el("bdi", { class: "place", title: m.path }, m.path), el("span", { class: "small" }, el("bdi", {}, m.why)));
  box.firstChild.replaceWith(el("ul", { class: "members" }, line(kept, 0), ...rest.map(m => line(m, 1)), more ? el("li", { class: "small" }, `and ${more} more`) : ""));
  if (g.sides) { const sides = el("div", { class: "sides" }); for (const text of g.sides) sides.append(prose([text], g.lang)); box.append(sides); }
  return box;
}
