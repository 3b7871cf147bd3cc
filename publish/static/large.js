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
    function show(on) { document.documentElement.classList.toggle("large", box.checked = on); }
    box.checked = recall();
    // A page that Back brings out of memory stands as it was left, whatever was ticked since.
    addEventListener("pageshow", function (event) { if (event.persisted) show(recall()); });
    box.addEventListener("change", function () {
      show(box.checked);
      try { localStorage.setItem(key, box.checked ? "1" : "0"); } catch (error) { /* private mode: this page only */ }
    });
  });
})();
