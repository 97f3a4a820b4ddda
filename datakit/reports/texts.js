// Pieces of documents. Everything from the corpus becomes text nodes, in boxes of their own direction.
function told(piece) {
  const out = document.createDocumentFragment();
  piece.split(/(⟨[A-Z]{2,4}⟩|⟨U\+[0-9A-F]{4,6}⟩|[\u2400-\u2421])/).forEach((part, k) => {
    if (k % 2) out.append(el("span", { class: part.length > 1 ? "sign" : "sign picture" }, part.replace(/[⟨⟩]/g, "")));
    else if (part) out.append(part);
  });
  return out;
}
function prose(pieces, lang, more) {
  const box = el("div", { class: "prose " + (more || ""), dir: "auto" });
  if (lang) box.lang = lang;
  pieces.forEach((piece, k) => { if (piece) box.append(k % 2 ? el("mark", {}, told(piece)) : told(piece)); });
  return box;
}
function beginning(text, lang) { return text ? prose([text], lang, "tiptext") : null; }

function sheetOf(item) {
  const head = el("header", {}, el("bdi", { class: "place", title: item.path }, item.path), ...item.tags.map(t => el("bdi", { class: "tag" }, t)));
  const why = item.error || item.why;
  return el("article", { class: "sheet" }, head, why ? el("div", { class: "small" }, el("bdi", {}, why)) : null, item.text ? prose(item.text, item.lang) : null);
}
function comparison(group) {
  const list = el("ul", { class: "members" }, ...group.members.map(([path, note]) => el("li", {}, el("bdi", { class: "place", title: path }, path), el("span", { class: "small" }, note))));
  if (group.n > group.members.length) list.append(el("li", { class: "small" }, `and ${group.n - group.members.length} more`));
  const box = el("article", { class: "sheet" }, list);
  if (group.text) box.append(prose(group.text, group.lang));
  if (!group.diff) return box;
  const sides = el("div", { class: "sides" });
  for (const [sign, other] of [["-", "+"], ["+", "-"]]) {
    const side = el("div", { class: "prose", dir: "auto" });
    if (group.lang) side.lang = group.lang;
    for (const [kind, text] of group.diff) {
      if (kind === "…") side.append(el("span", { class: "gap" }, ` … ${text} … `));
      else if (kind === "=") side.append(told(text));
      else if (kind === sign) { const gap = text.length - text.trimStart().length; side.append(text.slice(0, gap), el(sign === "-" ? "del" : "ins", {}, told(text.slice(gap)))); }
    }
    sides.append(side);
  }
  box.append(sides);
  return box;
}
function someFirst(nodes, n, style) {
  const first = el("div", { class: style }, ...nodes.slice(0, n));
  if (nodes.length <= n) return first;
  return el("div", {}, first, el("details", {}, el("summary", {}, `${nodes.length - n} more`), el("div", { class: style }, ...nodes.slice(n))));
}
function documents(i) {
  if (i.groups) return someFirst(i.groups.map(comparison), 3, "comparisons");
  return someFirst(i.items.map(sheetOf), i.items.some(x => x.text) ? 6 : 12, "sheets");
}

function sharedLines() {
  if (!D.lines.length) return;
  const table = el("table", { class: "issues lines" }, el("tr", {}, el("th", { class: "r" }, THINGS), el("th", {}, "line"), el("th", {}, "for example in")));
  for (const line of D.lines) table.append(el("tr", {}, el("td", { class: "r" }, line.n.toLocaleString("en"), el("div", { class: "small" }, percent(line.rate))),
    el("td", {}, prose([line.text], line.lang)), el("td", {}, el("bdi", { class: "place small", title: line.path }, line.path))));
  section(`Lines that many documents share`, el("div", { class: "card" }, table));
}

function groupedDistributions() {
  const many = D.categories.filter(c => c.n > 1), one = D.categories.filter(c => c.n === 1);
  section("Distributions", el("div", { class: "charts" }, ...many.map(bars)));
  if (one.length) page.append(el("p", { class: "small" }, "The same everywhere: " + one.map(c => `${words(c.name)} ${c.top[0][0] || "(none)"}`).join(", ") + "."));
  D.groups.forEach((g, k) => {
    const box = el("details", { class: "card columns" }, el("summary", {}, g.title, el("span", { class: "small" }, outline(g))));
    box.open = k < 1;
    if (g.charts.length) box.append(el("div", { class: "charts" }, ...g.charts.map(chart)));
    if (g.rare.length) {
      const table = el("table", { class: "rare" });
      for (const [name, meaning, rate, most] of g.rare) {
        const bar = el("div", { class: "rate" }); bar.style.width = Math.max(1, 100 * rate) + "%";
        table.append(el("tr", {}, el("td", { title: meaning }, words(name)), el("td", { class: "r" }, percent(rate)), el("td", {}, bar), el("td", { class: "small" }, most === null ? "" : "up to " + number(most))));
      }
      box.append(el("div", { class: "small" }, "mostly 0; share of documents in which it is not"), table);
    }
    for (const [value, names] of g.constant) box.append(el("p", { class: "small" }, `always ${number(value)}: ${names.map(words).join(", ")}`));
    page.append(box);
  });
}
function outline(g) {
  const n = g.charts.length + g.rare.length + g.constant.reduce((sum, c) => sum + c[1].length, 0);
  const most = g.rare.length ? g.rare.reduce((a, b) => b[2] > a[2] ? b : a) : null;
  return `${n} column${n > 1 ? "s" : ""}` + (most ? ` · ${words(most[0])} in ${percent(most[2])}` : "");
}
