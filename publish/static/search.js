// Pairs of characters are looked up in small shards; a page that may hold a longer word is read to see whether
// it does, and where too many do not, what follows a pair is looked up too. Folding, cutting, hashing and codes
// are those of search_terms.py and search_shards.py.
(() => {
  "use strict";
  var PAGE = 20, FAMILIES = "wtfm", FEW = 2;
  var [form, list, told, more, help] = ["search", "hits", "told", "more", "help"].map((name) => document.getElementById(name));
  var say = told.dataset, cache = {}, run = 0, twin = document.documentElement.lang === "zh-Hant" && "/zh-hant";

  function fail() { told.textContent = say.failed; }
  function get(path, kind) {
    return cache[path] = cache[path] || fetch(path).then((answer) => {
      if (!answer.ok) throw answer.status;
      return answer[kind]();
    });
  }
  function fold(one) {
    return one.normalize("NFKC").toLowerCase().replace(/[〔【〖[（﹝]/g, "(").replace(/[〕】〗\]）﹞]/g, ")");
  }
  function foldAll(text) { return Array.from(text, fold).join(""); }
  function pairs(word) {  // [[term, what follows it]]
    var letters = Array.from(word), found = [];
    for (var at = 1, three, last; at < letters.length; at++) {
      three = letters.slice(at - 1, at + 2).join("");
      if (at + 1 < letters.length && /[0-9a-z]|.[。,]./.test(three)) found.push([last = three, letters[at + 2]]);
      else if (!last || at + 1 < letters.length) { found.push([letters[at - 1] + letters[at], letters[at + 1]]); last = ""; }
    }
    return found;
  }
  function hash(term) {
    var value = 0;
    for (var one of term) value = (value * 31 + one.codePointAt(0)) % 4294967296;
    return value;
  }

  function number(raw, at) {  // [value, next]
    var value = 0, scale = 1, byte;
    do { byte = raw[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte > 127);
    return [value, at];
  }
  function unpack(kind, raw, start) {
    var found = new Set(), at = 0, next = start, gap, length;
    if (kind === 1) {
      for (; at < raw.length; at++) for (var bit = 0; bit < 8; bit++) if (raw[at] >> bit & 1) found.add(start + at * 8 + bit);
      return found;
    }
    while (at < raw.length) {
      [gap, at] = number(raw, at);
      length = 0;
      if (kind === 2) [length, at] = number(raw, at);
      for (next += gap; length >= 0; length--) found.add(next++);
    }
    return found;
  }
  async function load(part, name) {
    return new Uint8Array(await get("/search/" + part[0] + "-" + part[1] + "/" + name + ".bin", "arrayBuffer"));
  }
  async function shard(part, name) {  // term -> [kind, list, place]
    var key = "=" + part + name, raw, shards = {};
    if (cache[key]) return cache[key];
    raw = await load(part, name);
    if (raw.length) {
      var view = new DataView(raw.buffer), at = 4 + view.getUint32(0, true);
      var names = new TextDecoder().decode(raw.subarray(4, at)).split("\n"), end = at + 3 * names.length;
      names.forEach((name, one) => {
        var start = end;
        end += view.getUint16(at + 2 * one, true);
        shards[name] = [raw[at + 2 * names.length + one], raw.subarray(start, end), one];
      });
    }
    return cache[key] = shards;
  }
  async function look(index, part, family, term, next) {  // the numbers that have a term, before `next` at least
    var place = hash(term) % index.counts[part[1]][FAMILIES.indexOf(family)];
    var shards = await shard(part, family + place), found = shards[term];
    if (!found) return new Set();
    var numbers = unpack(found[0], found[1], part[0]);
    if (next) {
      var raw = await load(part, "x" + place), view = new DataView(raw.buffer), at = 4 * Object.keys(shards).length;
      for (var one = 0; one < found[2]; one++) at += view.getUint32(4 * one, true);
      for (one of numbers) {
        var code = next.codePointAt(0) % 127 + 1, follows = false;
        do follows = follows || (raw[at] & 127) === code; while (raw[at++] > 127);
        if (!follows) numbers.delete(one);
      }
    }
    return numbers;
  }

  // The numbers of a part that have every pair, the newest first. Pairs that share no letter say more together,
  // so they come first; where few numbers are left, reading their pages costs less than another shard. `rare`
  // holds the pairs that something follows, the rarest first.
  async function narrow(index, part, family, wish) {
    var terms = wish.filters.map((one) => ["f", one]), rare = [], left, at = 0;
    for (var half of [0, 1]) wish.words.forEach((word) => {
      pairs(word).forEach((pair, at) => { if (at % 2 === half) terms.push([family, ...pair, word]); });
    });
    for (var [kind, term, next, word] of terms) {
      if (left && word && left.size <= FEW && at > wish.filters.length) break;
      var found = await look(index, part, kind, term);
      if (next) rare.push([found.size, term, next]);
      left = !left ? found : new Set([...left].filter((one) => found.has(one)));
      at++;
      if (!left.size) break;
    }
    return { all: [...left].sort((a, b) => b - a), sure: at === terms.length, rare: rare.sort((a, b) => a[0] - b[0]), used: 0 };
  }
  async function sieve(index, part, found) {
    var follows = await look(index, part, "w", ...found.rare.shift().slice(1));
    found.all = found.all.filter((one) => follows.has(one));
    found.used++;
  }
  async function months(part) {
    var raw = await shard(part, "m0");
    return Object.keys(raw).map((month) => [month, unpack(raw[month][0], raw[month][1], part[0])]);
  }

  var BREAKS = /^(BLOCKQUOTE|BR|CAPTION|D[DLT]|DIV|FIG.*|H[1-6]|HR|LI|[OU]L|P|PRE|TABLE|T[BFHDR].*)$/;
  function textOf(node) {
    if (node.nodeType === 3) return node.data;
    var text = Array.from(node.childNodes, textOf).join("");
    return BREAKS.test(node.nodeName) ? "\n" + text + "\n" : text;
  }
  function meta(page, name) {
    var found = page.querySelector('meta[name="' + name + '"]');
    return found ? found.content : "";
  }
  async function read(path) {
    var page = new DOMParser().parseFromString(await get(path, "text"), "text/html");
    var parts = [".gk .key", ".body", ".att span:first-of-type"].map((name) => Array.from(page.querySelectorAll(name), textOf).join("\n"));
    return {
      path: path, tag: page.querySelector(".gk .tag"), title: page.querySelector("h1").textContent, number: parts[0].trim(), body: parts[1], files: parts[2],
      by: [meta(page, "ColumnName"), say.from + meta(page, "ContentSource"), meta(page, "PubDate")]
    };
  }
  function holds(page, words, name, sure) {
    var text = foldAll(name ? page[name] : [page.title, page.number, page.files, page.body].join("\n"));
    return words.every((word) => sure && Array.from(word).length < 3 || text.includes(word));
  }

  // Every hit in its order, as it is asked for: best first are those that have every word in the title.
  async function* hits(index, wish) {
    var seen = new Set(), wrong = 0;
    for (var family of wish.best ? "tw" : "w") for (var part of index.parts.slice().reverse()) {
      var found = await narrow(index, part, family, wish);
      if (!found.all.length) continue;
      var where = await months(part), one;
      while (found.all.length) {
        while (wrong > FEW * (found.used + 1) && found.all.length > FEW && found.rare.length && family === "w") await sieve(index, part, found);
        if (!(one = found.all.shift()) || seen.has(one)) continue;
        var month = where.find((entry) => entry[1].has(one))[0];
        if (wish.year && month.slice(0, 4) !== wish.year) continue;
        var page = await read("/articles/" + month + "/" + one + ".html").catch((lost) => {
          if (lost !== 410 && lost !== 404) throw lost;  // taken down since: no hit
        });
        if (page && holds(page, wish.words, family === "t" && "title", found.sure)) {
          seen.add(one);
          yield page;
        } else wrong++;
      }
    }
  }

  // What is shown of a text, with every word in <mark>: the text itself, or its traditional form, which has the
  // same number of characters.
  function mark(target, text, words, shown) {
    var letters = Array.from(text), folded = "", starts = [];
    letters.forEach((letter, at) => { for (var one of fold(letter)) { folded += one; for (var i = 0; i < one.length; i++) starts.push(at); } });
    var inside = new Set();
    words.forEach((word) => {
      for (var at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) for (var i = 0; i < word.length; i++) inside.add(starts[at + i]);
    });
    shown = Array.from(shown);
    if (shown.length !== letters.length) shown = letters;
    for (var at = 0; at < shown.length;) {
      var on = inside.has(at), end = at;
      while (end < shown.length && inside.has(end) === on) end++;
      var piece = shown.slice(at, end).join("");
      target.append(on ? Object.assign(document.createElement("mark"), { textContent: piece }) : piece);
      at = end;
    }
    return target;
  }
  function linesOf(text) { return text.split("\n").map((line) => line.trim()).filter(Boolean); }
  function snippet(target, page, words, seen) {
    var [lines, others] = [page, seen].map((one) => linesOf(one.body + "\n" + one.files));
    var line = Math.max(0, lines.findIndex((one) => words.some((word) => foldAll(one).includes(word)))), text = foldAll(lines[line] || "");
    var at = Math.max(0, Math.min(...words.map((word) => text.includes(word) ? text.indexOf(word) : 30)) - 30);
    function cut(text = "") { return (at ? "…" : "") + text.slice(at, at + 110) + (text.length > at + 110 ? "…" : ""); }
    return mark(target, cut(lines[line]), words, cut(others[line]));
  }
  async function show(page, words) {
    var [row, head, link, text, by] = ["li", "h2", "a", "p", "p"].map((name) => document.createElement(name));
    list.append(row);  // at once: the rows stand in the order of the hits, whichever twin comes first
    var seen = twin ? await read(twin + page.path).catch(() => page) : page;
    var numbers = [page, seen].map((one) => linesOf(one.number).map((line) => "　" + line).join(""));
    link.href = seen.path;
    head.append(mark(link, page.title, words, seen.title));
    if (seen.tag) head.append(" ", seen.tag);
    by.className = "by";
    by.append(seen.by.join("　"));
    row.append(head, snippet(text, page, words, seen), mark(by, numbers[0], words, numbers[1]));
  }

  async function search(event) {
    var mine = ++run, fields = new FormData(form), asked = String(fields.get("q") || "").trim();
    if (event) { event.preventDefault(); history.replaceState(null, "", "?" + new URLSearchParams(fields)); }
    document.querySelectorAll(".turn").forEach((one) => one.search = location.search);
    list.textContent = told.textContent = "";
    more.hidden = help.hidden = true;
    list.ariaBusy = !!asked;  // keeps room for the hits
    if (!asked) return;
    told.textContent = say.wait;
    try {
      var index = await get("/search/index.json", "json");
      var words = foldAll(asked).split(/\s+/).filter(Boolean);
      if (words.some((word) => !pairs(word).length)) { told.textContent = say.short; return; }
      var wish = { words: words, best: fields.get("s") === "best", year: fields.get("y"), filters: [] };
      if (fields.get("c")) wish.filters.push("c:" + fields.get("c"));
      if (fields.get("a")) wish.filters.push("a:" + fields.get("a"));
      await page(mine, index, wish, hits(index, wish), 0, asked);
    } catch { if (mine === run) fail(); }
    finally { if (mine === run) list.ariaBusy = false; }
  }
  async function page(mine, index, wish, found, count, asked) {
    var shown = [];
    more.hidden = true;
    for (var room = PAGE; room; room--) {
      var next = await found.next();
      if (mine !== run) return;
      if (next.done) break;
      shown.push(show(next.value, wish.words));
      count++;
    }
    await Promise.all(shown);
    if (mine !== run) return;
    if (!count && !wish.simple) {
      var table = Array.from(await get(form.dataset.table, "text")), simple = {};
      for (var at = 0; at < table.length; at += 2) simple[table[at]] = table[at + 1];
      wish.simple = true;
      var words = wish.words.map((word) => Array.from(word, (one) => simple[one] || one).join(""));
      if (mine !== run) return;
      if (words.join() !== wish.words.join()) { wish.words = words; return page(mine, index, wish, hits(index, wish), 0, asked); }
    }
    help.hidden = count > 0;
    told.textContent = say[!count ? "none" : next.done ? "all" : "first"].replace("#", count).replace("*", () => asked);
    list.dataset.done = next.done ? "1" : "";
    more.hidden = next.done;
    more.onclick = () => page(mine, index, wish, found, count, asked).catch(fail);
  }

  async function start() {
    var asked = new URLSearchParams(location.search), fields = form.elements;
    function set(name) { if (asked.has(name)) fields[name].value = asked.get(name); }
    Array.from("qcas", set);
    if (asked.get("q")) list.ariaBusy = true;
    form.onsubmit = search;
    form.onchange = (event) => { if (event.target !== fields.q) search(event); };
    (await get("/search/index.json", "json")).years.forEach((year) => fields.y.append(new Option(year + say.year, year)));
    set("y");
    search();
  }
  start().catch(fail);
})();
