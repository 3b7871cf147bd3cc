// The desk by keyboard: everything here also works by the page's own forms, only slower.
"use strict";
document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  const $ = (wanted, from = document) => from.querySelector(wanted);
  const $$ = (wanted, from = document) => [...from.querySelectorAll(wanted)];
  const csrf = document.body.dataset.csrf;
  const item = $("main.item");
  const queue = $("#queue");
  let chain = Promise.resolve(); // one request after the other, in the order of the keys

  // --- asking and telling ---
  async function post(path, fields, leave = true) {
    const body = new URLSearchParams();
    for (const [name, value] of fields) body.append(name, value);
    try {
      const answer = await fetch(path, {
        method: "POST", body, headers: { "X-Desk": "1", "X-CSRFToken": csrf, Accept: "application/json" },
      });
      const told = await answer.json();
      if (answer.status === 401 && leave) location.reload(); // to the login, and from there back to this page
      return { ok: answer.ok, ...told };
    } catch {
      return { ok: false, told: "连不上审稿台，没有保存。" };
    }
  }
  function tell(words, good, undo) {
    const toast = $("#toast");
    toast.hidden = false;
    toast.classList.toggle("bad", !good);
    $("#told").textContent = words;
    const form = $("#undo");
    if (form && undo) form.hidden = false;
  }
  function inTurn(work) {
    chain = chain.then(work);
    return chain;
  }

  // --- a reason, from the list or free ---
  const dialog = $("#why");
  function askReason(action, what) {
    return new Promise((resolve) => {
      const sets = $$("fieldset", dialog);
      for (const one of sets) one.hidden = one.dataset.for !== action;
      const shown = sets.find((one) => !one.hidden);
      const free = $("[name=reason]", dialog), fault = $(".err", dialog);
      free.value = sessionStorage.getItem("reason") || ""; fault.hidden = true; // one that did not get through
      sessionStorage.removeItem("reason");
      $$("[type=radio]", dialog).forEach((one) => { one.checked = false; });
      $("#why-head").textContent = { approve: "通过，理由", reject: "不用，理由", return: "退回，理由", withdraw: "撤下，理由" }[action] || "理由";
      $("#why-for").textContent = what;
      let reason = null;
      const form = $("form", dialog);
      form.onsubmit = (event) => {
        const picked = $("[type=radio]:checked", shown || form);
        reason = free.value.trim() || (picked ? picked.value : "");
        if (!reason) {
          event.preventDefault();
          fault.textContent = "选一个理由，或者自己写。"; fault.hidden = false;
        }
      };
      dialog.onkeydown = (event) => {
        const number = Number(event.key);
        if (event.target === free || !shown || !number) return;
        const choice = $$("[type=radio]", shown)[number - 1];
        if (choice) { choice.checked = true; choice.focus(); event.preventDefault(); }
      };
      dialog.oncancel = () => { reason = null; };
      dialog.onclose = () => resolve(reason);
      dialog.showModal();
      ($("[type=radio]", shown || form) || free).focus();
    });
  }
  $$("[data-close]").forEach((one) => one.addEventListener("click", () => {
    const open = one.closest("dialog");
    $("form", open).onsubmit = null;
    open.dispatchEvent(new Event("cancel"));
    open.close();
  }));
  // a reason that somebody wrote is kept until the decision it was for is made
  async function decided(fields, reason) {
    const answer = await post("/decide", fields);
    if (!answer.ok && reason) sessionStorage.setItem("reason", reason);
    return answer;
  }
  const needsReason = (action, flagged) => ["reject", "return", "withdraw"].includes(action) || (action === "approve" && flagged);

  // --- the queue ---
  const rows = () => $$(".row[data-seen]").filter((one) => one.offsetParent !== null && !one.classList.contains("busy"));
  const current = () => $(".row.cur");
  function go(row, focus = true) {
    const old = current();
    if (old) { old.classList.remove("cur"); old.removeAttribute("aria-current"); }
    if (!row) return tellPicked();
    row.classList.add("cur");
    row.setAttribute("aria-current", "true");
    tellPicked();
    if (focus) $(".title", row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  function move(step) {
    const all = rows(), at = all.indexOf(current());
    if (all.length) go(all[Math.min(all.length - 1, Math.max(0, at + step))]);
  }
  function count(row) {
    const change = (one, by) => { one.textContent = String(Math.max(0, Number(one.textContent) + by)); };
    if (!row.closest("details")) { // a group counts what stands in it, not what is folded under that
      $$(`[data-count="${row.dataset.group}"]`).forEach((one) => change(one, -1));
      $$(`[data-shown="${row.dataset.group}"]`).forEach((one) => change(one, -1));
    }
    for (const name of ["#done", "#made"]) if ($(name)) change($(name), 1);
    if ($("#waiting")) change($("#waiting"), -1);
    const bar = $("#p");
    if (bar) bar.value += 1;
  }
  function remove(row) {
    count(row);
    const entry = row.closest("li");
    const fold = row.parentElement.classList.contains("fold");
    if (fold && $("details .row", entry)) { row.remove(); $("details", entry).open = true; } else entry.remove();
  }
  // what is folded under a row goes with it, unless it was selected by itself
  const folded = (row) => (row.closest("details") ? [] : $$(":scope > details .row", row.parentElement));
  const foldFields = (row) => (row.closest("details") ? [] : $$(":scope > [name^=fold-]", row.parentElement).map((one) => [one.name, one.value]));
  function picked() {
    let ticked = $$(".row input[name=which]:checked").map((one) => one.closest(".row"));
    const under = new Set(ticked.flatMap(folded));
    ticked = ticked.filter((one) => !under.has(one));
    return ticked.length ? ticked : [current()].filter(Boolean);
  }
  function tellPicked() {
    const number = $$(".row input[name=which]:checked").length;
    const told = $("#picked");
    if (!told) return;
    const title = current() ? $(".title", current()).textContent : "";
    told.textContent = number ? `已选中 ${number} 条，一起办时只通过没有标记和存疑的` : title && `这一条：${title.length > 24 ? `${title.slice(0, 23)}…` : title}`;
  }
  async function decide(wish, every = false) {
    const some = picked();
    if (!some.length) return tell("先用 J、K 走到一条，或者选中几条。", false, false);
    const allIn = (group) => some.every((one) => one.dataset.group === group);
    const action = (allIn("gone") ? { approve: "keep", reject: "withdraw" } : allIn("held") ? { approve: "reopen" } : {})[wish] || wish;
    if (allIn("held") && action !== "reopen") return tell("暂存的先放回待审，再决定。", false, false);
    const reposts = some.flatMap(folded);
    if (action === "return" && ![...some, ...reposts].some((one) => "returnable" in one.dataset)) return tell("采集来的信息没有报送单位可退：选“不用”或“暂存”。", false, false);
    const name = some.length > 1 ? `选中的 ${some.length} 条` : $(".title", some[0]).textContent;
    let reason = "";
    if (needsReason(action, some.length === 1 && "flagged" in some[0].dataset)) {
      reason = await askReason(action, name);
      if (reason === null) return null;
    }
    const all = rows(), last = all.indexOf(some[some.length - 1]);
    const next = all.slice(last + 1).find((one) => !some.includes(one)) || all.slice(0, last).reverse().find((one) => !some.includes(one));
    some.forEach((one) => { one.classList.add("busy"); $("[name=which]", one).checked = false; });
    go(next || null);
    tellPicked();
    return inTurn(() => send(some, reason, [["action", action], ["reason", reason], ...(every ? [["every", "1"]] : []), ...some.flatMap((one) => [["which", one.dataset.seen], ...foldFields(one)])]));
  }
  async function send(some, reason, fields) {
    const answer = await decided(fields, reason);
    const done = new Set(answer.done || []);
    for (const row of some.flatMap((one) => [...folded(one), one])) {
      row.classList.remove("busy");
      if (done.has(row.dataset.which)) remove(row);
    }
    tell(answer.told, answer.ok && !(answer.left || []).length, answer.ok);
    if (!current() && rows().length) go(rows()[0], false);
    const spent = $$(".grp").find((one) => !$(".row", one));
    if (spent && spent.dataset.more !== "0") {
      sessionStorage.setItem("told", JSON.stringify([answer.told, !(answer.left || []).length, answer.ok]));
      return location.reload();
    }
    if (spent) spent.remove();
    return null;
  }
  async function setColumn(number) {
    const choice = $$("i", $("#columns").content)[number - 1], row = current();
    if (!choice || !row) return null;
    return inTurn(async () => {
      const answer = await post(`/items/${row.dataset.which}/column`, [["column", choice.dataset.key], ["which", row.dataset.seen]]);
      if (answer.ok) {
        $$(":scope > [name^=fold-]", row.parentElement).forEach((one) => { one.name = `fold-${answer.seen}`; });
        row.dataset.seen = answer.seen;
        $("[name=which]", row).value = answer.seen;
        const hidden = $("[name^=seen-]", row.parentElement);
        if (hidden) hidden.value = answer.seen;
        $(".col", row).textContent = answer.name;
        const sure = $(".pc .num", row);
        if (sure) sure.remove();
      }
      tell(answer.told, answer.ok, answer.ok);
    });
  }
  function undo() {
    return inTurn(async () => {
      const answer = await post("/undo", []);
      if (answer.ok && answer.items.length && queue) history.replaceState(null, "", `#r${answer.items[0][0]}`);
      if (answer.ok && answer.items.length && item) location.href = `/items/${answer.items[0].join("@")}`;
      else location.reload();
    });
  }
  const undoForm = $("#undo");
  if (undoForm) undoForm.addEventListener("submit", (event) => { event.preventDefault(); undo(); });

  if (queue) {
    queue.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = event.submitter;
      if (!button) return;
      if (button.name === "bulk") {
        const some = $$(`#g-${button.value} .row[data-seen]`).filter((one) => !one.classList.contains("busy"));
        if (!some.length) return;
        some.forEach((one) => one.classList.add("busy"));
        go(null);
        inTurn(() => send(some, "", [["bulk", button.value], ...some.map((one) => [`seen-${button.value}`, one.dataset.seen])]));
      } else {
        // a button stays in view while the row that it means may have gone out of it
        const row = current(), place = row && !$(".row input[name=which]:checked") && row.getBoundingClientRect();
        if (place && (place.bottom < 0 || place.top > innerHeight - 80)) {
          go(row);
          return tell("要办的是标出的这一条，请再按一次。", false, false);
        }
        decide({ keep: "approve", reopen: "approve" }[button.value] || button.value);
      }
    });
    queue.addEventListener("change", tellPicked);
    queue.addEventListener("click", (event) => {
      const row = event.target.closest(".row[data-seen]");
      if (row) go(row, false);
    });
    queue.addEventListener("focusin", (event) => {
      const row = event.target.closest(".row[data-seen]");
      if (row && row !== current()) go(row, false);
    });
    tellPicked();
    const named = location.hash.startsWith("#r") && $(location.hash);
    go(named || rows()[0] || null, Boolean(named));
  }

  // --- one item ---
  const form = $("#decide");
  async function decideItem(action) {
    if (action === "approve" && item.hasAttribute("data-held")) action = "reopen";
    const button = $(`[value="${action}"]`, form);
    if (!button) return tell(`这一条现在是“${item.dataset.state}”，不能这样做。`, false, false);
    if (button.getAttribute("aria-disabled") === "true") return tell($("#because").textContent, false, false);
    if (action === "approve" && $("#fields[data-unsaved]")) return tell("字段改了还没有保存：先按“保存改动”，或者按“不要了”。", false, false);
    if (needsReason(action, "flagged" in item.dataset)) {
      const reason = await askReason(action, $(".name").textContent);
      if (reason === null) return null;
      $("[name=reason]", form).value = reason;
    }
    return inTurn(async () => {
      const answer = await decided([...new FormData(form), ["action", action]], $("[name=reason]", form).value);
      if (!answer.ok) return tell(answer.told, false, false);
      sessionStorage.setItem("told", JSON.stringify([answer.told, true, true]));
      location.href = $("[name=go]", form).value;
      return null;
    });
  }
  const told = sessionStorage.getItem("told"); // what the page before this one had to say
  sessionStorage.removeItem("told");
  if (told && $("#toast")) tell(...JSON.parse(told));
  if (item) {
    if (form) form.addEventListener("submit", (event) => { event.preventDefault(); decideItem(event.submitter.value); });
    $$("#columnform [name=column]").forEach((one) => one.addEventListener("change", () => {
      inTurn(async () => {
        const answer = await post(`/items/${item.dataset.which}/column`, [["column", one.value], ["which", item.dataset.seen]]);
        if (!answer.ok) return tell(answer.told, false, false);
        location.reload();
        return null;
      });
    }));
    $$("[data-restore]").forEach((one) => one.addEventListener("click", () => {
      const field = document.getElementById(one.dataset.restore);
      field.value = one.dataset.value;
      field.focus();
    }));
    const paper = $(".paper"); // the article's own head comes first; what is reviewed begins below it
    const settle = () => {
      const start = paper.contentDocument && paper.contentDocument.querySelector("#main");
      if (start) paper.contentWindow.scrollTo(0, start.offsetTop);
    };
    paper.addEventListener("load", settle);
    settle();
    const archive = $("#archive");
    if (archive) {
      $("#source").addEventListener("click", () => { archive.hidden = false; archive.scrollIntoView({ block: "start" }); });
      $("#hide").addEventListener("click", () => { archive.hidden = true; });
      if (location.hash === "#source") $("#source").click();
    }
    if ("claim" in item.dataset) {
      const claim = async () => {
        const answer = await post(`/items/${item.dataset.which}/claim`, [], false); // nobody is sent away while writing
        const box = $("#claimed");
        box.hidden = answer.ok;
        if (!answer.ok) box.textContent = answer.told.replace(/。?$/, "。");
      };
      claim();
      let moved = false; // somebody is still here: a page that was left open holds nothing, and ends its session
      const stir = () => { moved = true; };
      const listen = (where) => ["keydown", "pointerdown", "scroll", "input"].forEach((one) => where.addEventListener(one, stir, { capture: true, passive: true }));
      listen(document);
      paper.addEventListener("load", () => { if (paper.contentDocument) listen(paper.contentDocument); });
      setInterval(() => { if (moved) claim(); moved = false; }, 120000);
      addEventListener("pagehide", () => {
        const body = new URLSearchParams([["csrf_token", csrf]]);
        navigator.sendBeacon(`/items/${item.dataset.which}/release`, body);
      });
    }
  }

  // --- keys ---
  const single = $("#single");
  let on = localStorage.getItem("single-keys") !== "off";
  function showSingle() {
    if (!single) return;
    single.setAttribute("aria-pressed", String(on));
    single.textContent = `单键操作：${on ? "开" : "关"}`;
  }
  if (single) {
    showSingle();
    single.addEventListener("click", () => {
      on = !on;
      localStorage.setItem("single-keys", on ? "on" : "off");
      showSingle();
    });
  }
  $$("[data-open]").forEach((one) => one.addEventListener("click", () => $(`#${one.dataset.open}`).showModal()));
  const ACTIONS = { a: "approve", r: "return", x: "reject", h: "hold" };
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]") || event.isComposing) return;
    const target = event.target;
    const typing = target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (typing || !on) return;
    const key = event.key.toLowerCase();
    if (event.repeat && key !== "j" && key !== "k") return; // a key that is held down decides once
    const act = keyFor(key, target, event.shiftKey);
    if (act) { event.preventDefault(); act(); }
  };
  document.addEventListener("keydown", onKey);
  if (item) { // who clicked into the preview still decides by keys
    const paper = $(".paper"), listen = () => paper.contentDocument && paper.contentDocument.addEventListener("keydown", onKey);
    paper.addEventListener("load", listen);
    if (paper.contentDocument && paper.contentDocument.readyState === "complete") listen();
  }
  function keyFor(key, target, shift) {
    if (key === "?") return () => $("#help") && $("#help").showModal();
    if (key === "u" && undoForm) return undo;
    if (item) {
      if (ACTIONS[key] && form) return () => decideItem(ACTIONS[key]);
      if (key === "j" && $("#after")) return () => { location.href = $("#after").href; };
      if (key === "k" && $("#before")) return () => { location.href = $("#before").href; };
      if (key === "o" && $("#source")) return () => $("#source").click();
      if (key === "/") return () => { location.href = "/search"; };
      if (key === "c" && $("[data-confirm]")) return () => $("[data-confirm]").click(); // the first that asks for a second look
      const choice = /^[1-9]$/.test(key) && $$("#columnform [name=column]")[Number(key) - 1];
      return choice && !choice.disabled ? () => choice.click() : null;
    }
    if (!queue) return null;
    if (key === "j") return () => move(1);
    if (key === "k") return () => move(-1);
    if (key === "/") return () => $("#q").focus();
    const row = current();
    if (!row) return null;
    if (key === "enter" && !target.closest("a, button, summary, input")) return () => $(".title", row).click();
    if (key === "o") return () => { location.href = `${$(".title", row).href}#source`; };
    if (key === " " && !target.matches("input, button, summary")) return () => { const box = $("[name=which]", row); box.checked = !box.checked; tellPicked(); };
    if (!$(".act")) return null;
    if (ACTIONS[key]) return () => decide(ACTIONS[key], shift && key === "a");
    if (/^[1-9]$/.test(key)) return () => setColumn(Number(key));
    return null;
  }
});
