/**
 * Single keys press what they stand on as `aria-keyshortcuts`, except while somebody types.
 *
 * @param {() => boolean} areOn
 */
export function pressByKey(areOn) {
  addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
    if (event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea")) return;
    const found = [...document.querySelectorAll("[aria-keyshortcuts]")].find(
      (button) => keysOf(button).includes(event.key.toUpperCase()) && button.checkVisibility(),
    );
    if (!found) return;
    event.preventDefault();
    found.click();
  });
}

const keysOf = (button) => button.getAttribute("aria-keyshortcuts").split(" ");
