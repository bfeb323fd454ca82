/** The cards for the tables: a button that prints them, where the browser lets a script do so. */

const button = /** @type {HTMLElement | null} */ (document.getElementById("print"));
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
