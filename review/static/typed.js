// What somebody typed and has not saved stays in this tab: through a refused save, another button, a login that ran out.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const mine = `kept ${document.body.dataset.me} `;
  const forms = [...document.querySelectorAll("form[data-keep]")];
  const toast = document.querySelector("#toast");
  const keyOf = (form) => `${mine}${location.pathname} ${form.dataset.keep}`;
  const clear = (which) => Object.keys(sessionStorage).filter(which).forEach((key) => sessionStorage.removeItem(key));
  const isKept = (key) => key.startsWith("kept ");

  clear((key) => isKept(key) && !key.startsWith(mine)); // somebody else's, on the same machine
  const logout = document.querySelector("#logout");
  if (logout) logout.addEventListener("submit", () => clear(isKept));

  // what was sent is let go of once a page says that it was done
  const sent = sessionStorage.getItem("sent");
  sessionStorage.removeItem("sent");
  if (sent && toast && !toast.hidden && !toast.classList.contains("bad")) sessionStorage.removeItem(sent);

  const typed = (form) => [...form.elements].filter((one) => one.name && one.matches("textarea, select, input:not([type=hidden], [type=file], [type=checkbox], [type=radio])"));
  const given = (one) => (one.matches("select") ? ([...one.options].find((option) => option.defaultSelected) || one.options[0]).value : one.defaultValue);

  function keep(form) {
    const changed = typed(form).filter((one) => one.value !== given(one)).map((one) => [one.name, one.value]);
    if (changed.length) sessionStorage.setItem(keyOf(form), JSON.stringify(changed));
    else sessionStorage.removeItem(keyOf(form));
    form.toggleAttribute("data-unsaved", changed.length > 0);
    const line = form.querySelector(".unsaved");
    if (line) line.hidden = !changed.length;
  }
  function addLine(form) {
    const line = document.createElement("p"), words = document.createElement("span"), button = document.createElement("button");
    line.className = "unsaved";
    line.hidden = true;
    words.textContent = "有没保存的改动";
    button.type = "button";
    button.className = "sm";
    button.textContent = "不要了";
    button.addEventListener("click", () => { typed(form).forEach((one) => { one.value = given(one); }); keep(form); typed(form)[0].focus(); });
    line.append(words, button);
    const save = form.querySelector("button:not([type=button])");
    (save.closest("p") || save).before(line);
    return words;
  }
  function restore(form, words) {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(form)) || "[]");
    for (const [name, value] of kept) {
      const field = typed(form).find((one) => one.name === name);
      if (!field) continue;
      field.value = value;
      for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    }
    if (kept.length) words.textContent = "上次没保存的改动还在";
    keep(form);
  }

  for (const form of forms) {
    restore(form, addLine(form));
    form.addEventListener("input", () => keep(form));
    form.addEventListener("submit", () => { keep(form); sessionStorage.setItem("sent", keyOf(form)); });
  }
  document.querySelectorAll("[data-restore]").forEach((one) => one.addEventListener("click", () => forms.forEach(keep)));
  document.querySelectorAll("form[data-approves]").forEach((form) => form.addEventListener("submit", (event) => {
    if (!document.querySelector("#fields[data-unsaved]")) return;
    event.preventDefault();
    toast.hidden = false;
    toast.classList.add("bad");
    toast.querySelector("#told").textContent = "字段改了还没有保存：先按“保存改动”，或者按“不要了”。";
  }));

  // writing is work: a session does not run out under somebody's hands
  let last = Date.now();
  forms.forEach((form) => form.addEventListener("input", () => {
    if (Date.now() - last < 300000) return;
    last = Date.now();
    fetch("/awake", { method: "POST", headers: { "X-Desk": "1", "X-CSRFToken": document.body.dataset.csrf } }).catch(() => {});
  }));
});
