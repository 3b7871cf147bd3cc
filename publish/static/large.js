// Remembers the large type. Without this script the box still works on the page where it is ticked.
(function () {
  "use strict";
  var key = "large";
  function recall() {
    try { return localStorage.getItem(key) === "1"; } catch (error) { return false; }
  }
  if (recall()) document.documentElement.classList.add("large");
  document.addEventListener("DOMContentLoaded", function () {
    var box = document.getElementById("large");
    box.checked = recall();
    box.addEventListener("change", function () {
      document.documentElement.classList.toggle("large", box.checked);
      try { localStorage.setItem(key, box.checked ? "1" : "0"); } catch (error) { /* private mode: this page only */ }
    });
  });
})();
