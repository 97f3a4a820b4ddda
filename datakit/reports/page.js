if (D.modality === "text") page.className = "text";
page.append(el("h1", {}, D.corpus), el("div", { class: "meta" }, `${D.n.toLocaleString("en")} ${THINGS} · ${bytes(D.bytes)} · encoder ${D.encoder || "none"} · datakit ${D.version}`));
scores(); if (D.comparison) showComparison(D.comparison, "Compared with the reference"); issues(); embeddingMap();
if (D.modality === "text") { groupedDistributions(); sharedLines(); galleries(documents); } else { distributions(); galleries(pictures); }
if (D.notes.length) section("Notes", el("div", { class: "card" }, ...D.notes.map(([reason, n]) => el("div", { class: "small" }, `${n} × ${reason}`))));
