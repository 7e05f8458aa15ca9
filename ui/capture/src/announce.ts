/** Says something to people who do not see the screen. */

export function announce(text: string): void {
  const place = document.getElementById("announcer");
  if (place === null) return;
  place.textContent = "";
  requestAnimationFrame(() => (place.textContent = text));
}
