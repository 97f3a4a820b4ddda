if (D.modality === "text") page.className = "text";
page.append(el("h1", {}, "What differs"), el("div", { class: "meta" }, `datakit ${D.version}`));
showComparison(D.comparison, "");
