"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const THINGS = { image: "images", text: "documents" }[D.modality];
const page = document.getElementById("page");
const PALETTE = ["#4c6ef5", "#f76707", "#37b24d", "#e64980", "#15aabf", "#f59f00", "#7048e8", "#a9744f", "#74b816", "#d6336c", "#1098ad"];

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") node.className = value;
    else node.setAttribute(name, value);
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}
const number = (v, digits = 3) => v === null || v === undefined ? "–" : Math.abs(v) >= 1000 ? Math.round(v).toLocaleString("en") : String(+v.toFixed(digits));
const percent = v => (100 * v).toFixed(v < 0.1 ? 2 : 1) + " %";
const words = name => name.replaceAll("_", " ");
function bytes(n) {
  for (const unit of ["bytes", "kB", "MB", "GB"]) { if (n < 1000) return (unit === "bytes" ? n : n.toFixed(1)) + " " + unit; n /= 1000; }
  return n.toFixed(1) + " TB";
}
function section(title, ...children) { page.append(el("h2", {}, title), ...children); }

function thumb(place, most, atlas = D.atlas) {
  if (!place) return el("div", { class: "nothing" }, "no picture");
  const [at, w, h] = place, cell = atlas.cell, k = most / Math.max(w, h);
  const box = el("span", { class: "thumb" }), s = box.style;
  s.width = w * k + "px"; s.height = h * k + "px";
  s.backgroundImage = `url(${atlas.src})`;
  s.backgroundSize = atlas.columns * cell * k + "px auto";
  s.backgroundPosition = `${-(at % atlas.columns) * cell * k}px ${-Math.floor(at / atlas.columns) * cell * k}px`;
  return box;
}

function scores() {
  const grid = el("div", { class: "scores" });
  for (const s of D.scores) {
    const level = s.value === null ? "none" : s.value >= 0.95 ? "good" : s.value >= 0.8 ? "fair" : "bad";
    const card = el("div", { class: "card score" }, el("div", { class: "name" }, s.name),
      el("div", { class: "big " + level }, s.value === null ? "–" : s.value.toFixed(3)));
    if (s.value === null) { card.append(el("div", { class: "small" }, s.reason)); grid.append(card); continue; }
    const range = el("i"), mark = el("b");
    range.style.left = 100 * s.low + "%"; range.style.width = Math.max(0.5, 100 * (s.high - s.low)) + "%";
    mark.style.left = `calc(${100 * s.value}% - 2px)`;
    card.append(el("div", { class: "scale " + level }, range, mark),
      el("div", { class: "small" }, `${s.low.toFixed(3)} to ${s.high.toFixed(3)} · n = ${s.n.toLocaleString("en")}`));
    if (s.advice) card.append(el("div", { class: "small" }, s.advice));
    const parts = el("table", { class: "parts" });
    for (const [name, value, n, meaning] of s.parts) parts.append(el("tr", { title: `${meaning} (n = ${n})` }, el("td", {}, words(name)), el("td", {}, number(value))));
    card.append(el("details", {}, el("summary", {}, "parts and method"), parts, el("div", { class: "small" }, s.method)));
    grid.append(card);
  }
  section("Scorecard", grid);
}

function issues() {
  if (!D.issues.length) { section("Issues", el("div", { class: "card" }, "No issues found.")); return; }
  const table = el("table", { class: "issues" }, el("tr", {}, el("th", {}, "issue"), el("th", { class: "r" }, THINGS), el("th", { class: "r" }, "rate"), el("th", { class: "r" }, "groups"), el("th", {}, "")));
  const most = Math.max(...D.issues.map(i => i.rate));
  for (const i of D.issues) {
    const bar = el("div", { class: "rate" }); bar.style.width = 100 * i.rate / most + "%";
    table.append(el("tr", {}, el("td", {}, el("a", { href: "#" + i.name }, words(i.name))), el("td", { class: "r" }, i.n.toLocaleString("en")), el("td", { class: "r" }, percent(i.rate)), el("td", { class: "r" }, i.n_groups ? String(i.n_groups) : ""), el("td", { width: "40%" }, bar)));
  }
  const steps = el("ol", { class: "steps" }, ...D.steps.map(s => el("li", {}, s)));
  section("Issues", el("div", { class: "card" }, table));
  if (D.steps.length) section("Next steps", el("div", { class: "card" }, steps));
}

function tile(item, most) {
  const why = item.error || (item.value === null ? "" : item.limit === null ? number(item.value) : `${number(item.value)} · limit ${number(item.limit)}`);
  return el("div", { class: "tile", title: item.path + (item.error ? "\n" + item.error : "") }, el("div", { class: "box" }, thumb(item.thumb, most)),
    el("span", { class: "path" }, "\u200e" + item.path), el("span", { class: "why" }, why));
}
function galleries(bodyOf) {
  if (!D.issues.length) return;
  section("Galleries");
  for (const i of D.issues) {
    const shown = i.groups ? `${i.groups.length} of ${i.n_groups} groups` : `the ${i.items.length} clearest of ${i.n.toLocaleString("en")}`;
    page.append(el("div", { class: "card gallery", id: i.name }, el("header", {}, el("h3", {}, words(i.name)), el("span", { class: "small" }, shown)), bodyOf(i)));
  }
}
function pictures(i) {
  return i.groups ? el("div", { class: "groups" }, ...i.groups.map(g => el("div", { class: "group" }, ...g.map(x => tile(x, 96)))))
    : el("div", { class: "grid" }, ...i.items.map(x => tile(x, 96)));
}

function svg(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
function bars(c) {
  const most = c.top[0][1], card = el("div", { class: "card chart" }, el("h3", {}, words(c.name)));
  for (const [name, n] of c.top.slice(0, 6)) {
    const bar = el("i"); bar.style.width = 100 * n / most + "%";
    card.append(el("div", { class: "hbar" }, el("span", { title: name }, name || "(none)"), bar, el("span", { class: "small" }, n.toLocaleString("en"))));
  }
  if (c.n > 6) card.append(el("div", { class: "small" }, `and ${c.n - 6} more`));
  return card;
}
function chart(c) {
  const card = el("div", { class: "card chart", title: c.meaning }, el("h3", {}, words(c.name)), el("div", { class: "small" }, [c.unit, c.log ? "log scale" : "", c.zeros ? percent(c.zeros) + " are 0" : ""].filter(Boolean).join(", ")));
  if (!c.counts) { card.append(el("div", { class: "small" }, "always " + number(c.only))); return card; }
  const most = Math.max(...c.counts), picture = svg("svg", { viewBox: "0 0 200 64", preserveAspectRatio: "none" });
  c.counts.forEach((n, k) => { if (n) { const h = Math.max(1, 62 * n / most); picture.append(svg("rect", { x: 5 * k + 0.4, y: 64 - h, width: 4.2, height: h, rx: 0.8 })); } });
  card.append(picture, el("div", { class: "ends small" }, el("span", {}, number(c.low)), el("span", {}, "median " + number(c.median)), el("span", {}, number(c.high))));
  return card;
}
function distributions() {
  const grid = el("div", { class: "charts" }, ...D.categories.map(bars));
  if (D.sizes.length > 1) grid.append(sizes());
  grid.append(...D.columns.map(chart));
  section("Distributions", grid);
}
function sizes() {
  const W = Math.max(...D.sizes.map(s => s[0])), H = Math.max(...D.sizes.map(s => s[1])), most = D.sizes[0][2];
  const picture = svg("svg", { viewBox: "0 0 200 64" });
  for (const [w, h, n] of D.sizes) picture.append(svg("circle", { cx: 4 + 190 * w / W, cy: 60 - 56 * h / H, r: 1.4 + 3 * Math.sqrt(n / most), fill: "#4c6ef5", opacity: 0.45 }));
  return el("div", { class: "card chart" }, el("h3", {}, "width × height"), el("div", { class: "small" }, "px"), picture, el("div", { class: "small" }, `up to ${W} × ${H}, ${D.sizes.length} sizes`));
}

function embeddingMap() {
  const M = D.map; if (!M) return;
  const canvas = el("canvas"), tip = el("div", { class: "tip" }), keys = el("span"), names = Object.keys(M.by);
  const choose = el("select", { "aria-label": "colour by" }, ...names.map(n => el("option", { value: n }, n)));
  const top = el("div", { class: "maptop" }, names.length ? el("label", {}, "colour by ", choose) : null, keys, el("span", { class: "small" }, "scroll to zoom, drag to move"));
  section(`Map of ${M.x.length.toLocaleString("en")} embeddings`, el("div", { class: "card map" }, top, canvas, tip));
  const atlas = D.atlas || { src: "", cell: 1, columns: 1 }, sheet = new Image(); let scale = 1, dx = 0, dy = 0, ready = false, drag = null;
  const place = i => [(M.x[i] / 1000 * 0.94 + 0.03) * canvas.clientWidth * scale + dx, (M.y[i] / 1000 * 0.94 + 0.03) * canvas.clientHeight * scale + dy];
  const colour = i => { const by = M.by[choose.value]; const c = by ? by.code[i] : 0; return c < 0 ? "#9aa4b2" : PALETTE[c]; };
  function legend() {
    keys.replaceChildren(); const by = M.by[choose.value]; if (!by) return;
    by.names.forEach((n, k) => { const dot = el("i"); dot.style.background = PALETTE[k]; keys.append(el("span", { class: "key" }, dot, n), " "); });
  }
  function draw() {
    const ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
    canvas.width = w * ratio; canvas.height = h * ratio;
    const g = canvas.getContext("2d"); g.scale(ratio, ratio);
    const side = Math.min(72, 20 * Math.sqrt(scale) * Math.sqrt(900 / M.x.length)), cell = atlas.cell;
    for (let i = 0; i < M.x.length; i++) {
      const [x, y] = place(i), t = M.thumb ? M.thumb[i] : null;
      if (x < -50 || y < -50 || x > w + 50 || y > h + 50) continue;
      if (ready && t && side >= 15) {
        const k = side / Math.max(t[1], t[2]);
        g.fillStyle = colour(i); g.fillRect(x - t[1] * k / 2 - 1.5, y - t[2] * k / 2 - 1.5, t[1] * k + 3, t[2] * k + 3);
        g.drawImage(sheet, t[0] % atlas.columns * cell, Math.floor(t[0] / atlas.columns) * cell, t[1], t[2], x - t[1] * k / 2, y - t[2] * k / 2, t[1] * k, t[2] * k);
      } else { g.fillStyle = colour(i); g.globalAlpha = 0.8; g.beginPath(); g.arc(x, y, 3.2, 0, 7); g.fill(); g.globalAlpha = 1; }
    }
  }
  sheet.onload = () => { ready = true; draw(); };
  if (atlas.src) sheet.src = atlas.src;
  choose.onchange = () => { legend(); draw(); };
  canvas.onwheel = e => { e.preventDefault(); const f = Math.exp(-e.deltaY / 400), s = Math.min(60, Math.max(1, scale * f)), k = s / scale; dx = e.offsetX - (e.offsetX - dx) * k; dy = e.offsetY - (e.offsetY - dy) * k; scale = s; if (s === 1) dx = dy = 0; draw(); };
  canvas.onpointerdown = e => { drag = [e.offsetX - dx, e.offsetY - dy]; canvas.setPointerCapture(e.pointerId); };
  canvas.onpointerup = () => { drag = null; };
  canvas.onpointerleave = () => { tip.style.display = "none"; };
  canvas.onpointermove = e => {
    if (drag) { dx = e.offsetX - drag[0]; dy = e.offsetY - drag[1]; draw(); return; }
    let best = -1, near = 200;
    for (let i = 0; i < M.x.length; i++) { const [x, y] = place(i), d = (x - e.offsetX) ** 2 + (y - e.offsetY) ** 2; if (d < near) { near = d; best = i; } }
    if (best < 0) { tip.style.display = "none"; return; }
    const told = names.map(n => { const c = M.by[n].code[best]; return c < 0 ? null : `${n}: ${M.by[n].names[c]}`; }).filter(Boolean).join(" · ");
    tip.replaceChildren(M.thumb ? thumb(M.thumb[best], 128) : beginning(M.text[best], M.lang[best]), el("div", {}, M.path[best]), el("div", { class: "small" }, told));
    tip.style.display = "block";
    tip.style.left = Math.min(e.offsetX + 24, canvas.clientWidth - 240) + "px"; tip.style.top = e.offsetY + 60 + "px";
  };
  window.addEventListener("resize", draw);
  legend(); draw();
}
